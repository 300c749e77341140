"""Chatterbox (Resemble AI): a 0.5B text-to-speech model that follows a reference clip, English and multilingual."""
