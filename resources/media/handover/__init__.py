"""A film as editors' programs open it: OpenTimelineIO, CMX 3600 EDL and FCPXML, all from one neutral :class:`Edit`.

The two older formats are written and read by OpenTimelineIO's own adapters; what those cannot hold, and where they have
to be helped to stay exact, stands in the module of each. Importing any of these modules loads ``opentimelineio``.
"""
