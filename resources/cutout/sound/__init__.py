"""A small band and the air around it: music composed to a film's exact length, and the sound of its places.

``styles`` says how a mood sounds, ``form`` lays bars over the film, ``melody`` and ``parts`` write the notes, ``music``
puts them together, ``instruments`` and ``band`` play them. ``sources`` holds wind, waves and birds, ``scenery`` says
which of them a place is made of, ``ambience`` fades between them. ``engine`` is the door to all of it.
"""
