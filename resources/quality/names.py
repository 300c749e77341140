"""The checks by name, in the sections in which they are made: of a keyframe, of its sound, of a clip, of a film.

The order is that of the report. A section is named here and nowhere else: the policy has a rule for each name, and
Dagster a check.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

ImageCheck: TypeAlias = Literal["character_look", "safety", "lettering"]
"""Of a keyframe, before it moves."""
ClipCheck: TypeAlias = Literal[
    "readable",
    "frame_count",
    "time_stamps",
    "black_picture",
    "frozen_picture",
    "flicker",
    "flash",
    "blur",
    "exposure",
    "letterbox",
    "stray_cut",
    "hue_jump",
    "colour_drift",
    "motion",
    "chunk_seam",
    "lip_offset",
    "lettering",
]
"""Of the final frames."""
JudgeCheck: TypeAlias = Literal["prompt_match", "anatomy", "artefacts", "stray_text", "judged_safety"]
"""What a vision model sees in them, where a profile has one."""
VoiceCheck: TypeAlias = Literal[
    "sound_length",
    "silent_line",
    "clipped_line",
    "cut_off_word",
    "noise_tail",
    "voice",
    "speech_quality",
    "words",
]
"""Of a shot's sound."""
BesideCheck: TypeAlias = Literal[
    "duplicate_prompt",
    "duplicate_shot",
    "scene_colour",
    "character_colour",
    "figure_colour",
    "figure_shape",
    "figure_identity",
    "speech_rate",
    "voice_pitch",
]
"""Of shots beside each other."""
CutCheck: TypeAlias = Literal[
    "shot_order",
    "doubled_shot",
    "picture_offset",
    "drift",
    "loudness",
    "true_peak",
    "loud_music",
    "subtitles",
    "missing_subtitle",
    "wrong_subtitle",
    "reading_speed",
    "transitions",
]
"""Of what only a film has."""
SharedCheck: TypeAlias = Literal[
    "readable", "frame_count", "time_stamps", "sound_length", "black_picture", "frozen_picture"
]
"""Asked of the film as they are of each shot."""
CheckName: TypeAlias = Literal[ImageCheck, ClipCheck, JudgeCheck, VoiceCheck, BesideCheck, CutCheck]

IMAGE: tuple[ImageCheck, ...] = get_args(ImageCheck)
CLIP: tuple[ClipCheck, ...] = get_args(ClipCheck)
JUDGE: tuple[JudgeCheck, ...] = get_args(JudgeCheck)
VOICE: tuple[VoiceCheck, ...] = get_args(VoiceCheck)
BESIDE: tuple[BesideCheck, ...] = get_args(BesideCheck)
CUT: tuple[CutCheck, ...] = get_args(CutCheck)
SHARED: tuple[SharedCheck, ...] = get_args(SharedCheck)
CHECKS: tuple[CheckName, ...] = get_args(CheckName)
"""Every check there is."""
