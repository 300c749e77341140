"""Films in an object store (S3, GCS, a shared folder, whatever fsspec opens), and their copies in this home.

The home stays what everything works on; the store is where films are shared and kept:

- ``settings``: which store a home uses, and how much of it is kept here;
- ``bucket``: its four operations, tried again while it does not answer;
- ``layout``: which files of a film are kept there, and who is right when two hosts changed one;
- ``heads``: versions of a film, each one small object that is created and never changed;
- ``merge``: two hosts' changes to one film brought together;
- ``scan``: what a film has here;
- ``mirror``: a film here and there: pull, push, fetch;
- ``cache``: what is there too is let go of here when it takes too much room.

``docs/STORAGE.md`` tells the guarantees and what holds them.
"""
