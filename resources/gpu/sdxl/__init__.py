"""Keyframes painted by Stable Diffusion XL (Podell et al. 2023, arXiv:2307.01952) on diffusers.

``engine`` is the whole way of a batch; every other module is one idea of it:

::

    options      what a profile may say            sizes        trained sizes, and the way to the asked one
    asking       what decides a picture            encoding     words of any length for two text encoders
    loader       base, refiner, adapter            sampling     noise to latents, and the refiner's last steps
    decoding     latents to pixels, faults found   latents      latents kept on disk until they are a picture
    painting     the models in their turn          helpers      what the floors above lend, and the quarantine
    references   a portrait leads a face           casting      who is led gets a portrait
    recent       pictures that were there before   limiter      the token bucket
    watch        a batch's time                    errors       what can go wrong
"""
