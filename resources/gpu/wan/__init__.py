"""Wan 2.1: the motion of a shot from its keyframe, in chunks that follow one another.

::

    engine      VideoEngine: a request becomes motion.mkv and rendering.json
    options     what the profile says; the model's own size for a shape of picture
    chunks      which frames a chunk has, and which it shares with the one before
    rendering   the chunks of a shot, one after the other or side by side
    making      one chunk: sample, decode, keep; smaller when there is no room
    beside      work in a thread of its own
    loading     the pipeline of a load plan
    sampling    prompt and pictures to latents
    decoding    latents to frames, a few at a time
    colours     the drift of a chunk against the one before
    shelf       what is finished of a shot, for the process that comes after a crash
    clips       lossless clips, written and read frame by frame
    reassembly  chunks to one run of frames
    conform     the model's rate and size to the plan's
    progress    how far it is, and how long it will take
"""
