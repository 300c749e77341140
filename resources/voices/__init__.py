"""Voices from providers: their table, consent to reference clips, a hosted service, who speaks when one fails."""
