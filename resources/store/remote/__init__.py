"""Films in an object store (S3, GCS, a shared folder, whatever fsspec opens), and their copies in this home.

The home stays what everything works on; the store is where films are shared and kept:

- ``settings``: which store a home uses, and how much of it is kept here;
- ``bucket``: what is asked of it, tried again while it does not answer (``clients``: by whom);
- ``layout``: which files of a film are kept there, and who is right when two hosts changed one;
- ``heads``: versions of a film, each one small object that is created and never changed;
- ``merge``: two hosts' changes to one film brought together;
- ``scan``: what a film has here;
- ``contents``: files on their way, held to their hashes;
- ``diary``: what hosts tell each other of a film's past;
- ``mirror``: a film here and there: pull, push, fetch (``films``: which there are);
- ``cache``: what is there too is let go of here when it takes too much room.

``docs/STORAGE.md`` tells the guarantees and what holds them.
"""
