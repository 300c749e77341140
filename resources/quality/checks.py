"""The checks: measures held against the policy. Each returns findings; none at all means it passed.

They are plain functions, so that the asset checks, the command line and the report say the same of the same film.
Shots beside each other and the film as a whole: :mod:`resources.quality.relations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resources.engines import Sound
from resources.media.loudness import Loudness
from resources.media.subtitles import read_srt
from resources.quality.captions import hold_against
from resources.quality.lips import LipOffset
from resources.quality.names import CheckName
from resources.quality.picture import PictureMeasures, Run, Spike, seams_of
from resources.quality.policy import Policy
from resources.quality.sound import LineMeasures
from schemas.cut import CutSheet
from schemas.media import TimedLine, VoiceTrack
from schemas.report import Finding, Severity
from schemas.time import SAMPLE_RATE, FrameRate


def check_picture(
    policy: Policy,
    measures: PictureMeasures,
    frames: int,
    rate: FrameRate,
    *,
    shot: str | None,
    own: bool = False,
    lightning: bool = False,
    chunks: Sequence[int] = (),
) -> list[Finding]:
    """Frame count, time stamps and everything that one pass over a picture shows.

    Material of the user's own (``own``) may be black, still or cut; ``lightning`` may flash. ``chunks`` are the first
    frames of a shot's chunks but its first. Of the film (``shot`` None) only what holds for a film is asked: it is
    full of cuts.
    """
    found: list[Finding] = []
    if measures.frames != frames:
        off = measures.frames - frames
        found.append(policy.finding("frame_count", off, f"{measures.frames} frames instead of {frames}", shot=shot))
    if measures.uneven_steps > policy.checks["time_stamps"].limit:
        message = f"{measures.uneven_steps} uneven time stamps"
        found.append(policy.finding("time_stamps", measures.uneven_steps, message, shot=shot))
    severity: Severity | None = "info" if own else None
    found += _stretches(policy, measures, rate, shot, severity)
    if shot is not None and not own:
        found += _spikes(policy, measures, rate, shot, lightning, chunks)
        found += _whole(policy, measures, shot)
    return found


def _stretches(
    policy: Policy, measures: PictureMeasures, rate: FrameRate, shot: str | None, severity: Severity | None
) -> list[Finding]:
    found: list[Finding] = []
    stretches: tuple[tuple[CheckName, Run, str], ...] = (
        ("black_picture", measures.longest_black, "black"),
        ("frozen_picture", measures.longest_frozen, "frozen"),
    )
    for check, run, word in stretches:
        seconds = rate.seconds(run.length)
        black = check == "frozen_picture" and run.start < measures.longest_black.start + measures.longest_black.length
        if seconds > policy.checks[check].limit and not (black and run.start >= measures.longest_black.start):
            found.append(
                policy.finding(
                    check,
                    seconds,
                    f"{word} for {seconds:.1f} s",
                    shot=shot,
                    frame=run.start,
                    second=rate.seconds(run.start),
                    severity=severity,
                )
            )
    return found


def _spikes(
    policy: Policy,
    measures: PictureMeasures,
    rate: FrameRate,
    shot: str,
    lightning: bool,
    chunks: Sequence[int],
) -> list[Finding]:
    """What happens at one frame, each place told once: a seam explains a jump there, a cut brings new colours."""
    found: list[Finding] = []
    seam = seams_of(measures.series.change, chunks)
    spikes: list[tuple[CheckName, Spike, str]] = [("chunk_seam", seam, "two chunks do not fit together")]
    if not lightning:
        spikes += [
            ("flash", measures.flash, "the light jumps and comes back"),
            ("stray_cut", measures.cut, "the view changes inside the shot"),
            ("hue_jump", measures.hue_jump, "the colour jumps"),
        ]
    taken: list[int] = []
    for check, spike, words in spikes:
        if spike.value > policy.checks[check].limit and not any(abs(spike.frame - at) <= 2 for at in taken):
            taken.append(spike.frame)
            second = rate.seconds(spike.frame)
            found.append(
                policy.finding(
                    check, spike.value, f"{words} at {second:.2f} s", shot=shot, frame=spike.frame, second=second
                )
            )
    return found


def _whole(policy: Policy, measures: PictureMeasures, shot: str) -> list[Finding]:
    """What holds for a whole shot. Of a shot that is black next to nothing else can be said."""
    if measures.longest_black.length > measures.frames // 2 or not measures.frames:
        return []
    values: tuple[tuple[CheckName, float, str], ...] = (
        ("flicker", measures.flicker, "the light trembles"),
        ("exposure", measures.clipped, "large parts are pure black or white"),
        ("letterbox", measures.letterbox, "black bars around the picture"),
        ("colour_drift", measures.colour_drift, "the colours drift along the shot"),
    )
    found = [
        policy.finding(check, value, f"{words} ({value:.2f})", shot=shot)
        for check, value, words in values
        if value > policy.checks[check].limit
    ]
    if measures.sharpness < policy.checks["blur"].limit:
        found.append(policy.finding("blur", measures.sharpness, f"blurred ({measures.sharpness:.1f})", shot=shot))
    return found


def check_voice(
    policy: Policy,
    track: VoiceTrack,
    sound: Sound,
    lines: Sequence[LineMeasures],
    *,
    rate: FrameRate,
    shot: str,
    voices: Mapping[str, str] | None = None,
    own: bool = False,
) -> list[Finding]:
    """Length of the sound; every line audible, unclipped, finished and clean after its last word.

    ``lines`` is what was measured on each line of ``track``. ``voices`` is the voice id of each character as the cast
    has it. A recording of the user's own (``own``) is parted between its lines by their length, so nothing is said of
    how they end or who speaks them.
    """
    found: list[Finding] = []
    off = abs(len(sound) - rate.samples(track.frames)) / rate.samples(1)
    if off > policy.checks["sound_length"].limit:
        message = f"sound and picture differ by {off:.1f} frames"
        found.append(policy.finding("sound_length", off, message, shot=shot))
    for line, measures in zip(track.lines, lines, strict=True):
        spoken = _line(policy, line, measures, rate, shot)
        found += [one for one in spoken if not (own and one.check in ENDS)]
        wanted = (voices or {}).get(line.character_id, line.voice_id)
        if wanted != line.voice_id and not own:
            message = f"{line.character_id} speaks with the voice {line.voice_id!r}, not with {wanted!r}"
            found.append(at_line(policy, "voice", 1, message, line.start, rate, shot))
    return found


def check_lips(
    policy: Policy, lips: LipOffset | None, track: VoiceTrack, *, rate: FrameRate, shot: str
) -> list[Finding]:
    """Mouths are on time; None: nothing can be said of them."""
    if lips is None or abs(lips.frames) <= policy.checks["lip_offset"].limit:
        return []
    word = "behind" if lips.frames > 0 else "ahead of"
    message = f"mouths are {abs(lips.frames):.1f} frames {word} the sound"
    return [at_line(policy, "lip_offset", lips.frames, message, track.lines[0].start, rate, shot)]


ENDS = ("cut_off_word", "noise_tail")
"""What is said of the end of a line."""


def _line(policy: Policy, line: TimedLine, measures: LineMeasures, rate: FrameRate, shot: str) -> list[Finding]:
    words = repr(line.text[:60])
    if measures.level < policy.checks["silent_line"].limit:  # nothing else can be said of silence
        return [at_line(policy, "silent_line", measures.level, f"nothing is heard of {words}", line.start, rate, shot)]
    found: list[Finding] = []
    if measures.clipped > policy.checks["clipped_line"].limit:
        message = f"{words} is clipped, {measures.clipped} samples at once"
        found.append(at_line(policy, "clipped_line", measures.clipped, message, line.start, rate, shot))
    if measures.end_level > policy.checks["cut_off_word"].limit:
        message = f"the last word of {words} is cut off"
        found.append(at_line(policy, "cut_off_word", measures.end_level, message, line.end, rate, shot))
    if measures.tail > policy.checks["noise_tail"].limit:
        message = f"{measures.tail:.1f} s of noise after {words}"
        start = line.words[-1].end if line.words else line.end
        found.append(at_line(policy, "noise_tail", measures.tail, message, start, rate, shot))
    return found


def at_line(
    policy: Policy, check: CheckName, value: float, message: str, sample: int, rate: FrameRate, shot: str
) -> Finding:
    """A finding at a sample of a shot (or of the film), with the frame that is shown then."""
    frame = int(sample * rate.value / SAMPLE_RATE)
    return policy.finding(check, value, message, shot=shot, frame=frame, second=sample / SAMPLE_RATE)


def check_film(
    policy: Policy, sheet: CutSheet, measures: PictureMeasures, samples: int, loudness: Loudness, target: float
) -> list[Finding]:
    """The film as it was written: picture, sound, level."""
    rate = FrameRate.parse(sheet.fps)
    found = check_picture(policy, measures, sheet.frames, rate, shot=None)
    off = abs(samples - rate.samples(sheet.frames)) / rate.samples(1)
    if off > policy.checks["sound_length"].limit:
        found.append(policy.finding("sound_length", off, f"sound and picture differ by {off:.1f} frames"))
    distance = abs(loudness.integrated - target)
    if distance > policy.checks["loudness"].limit and loudness.integrated > -69:
        message = f"{loudness.integrated:.1f} LUFS instead of {target:.0f}"
        found.append(policy.finding("loudness", distance, message))
    if loudness.true_peak > policy.checks["true_peak"].limit:
        found.append(policy.finding("true_peak", loudness.true_peak, f"true peak {loudness.true_peak:.1f} dBTP"))
    for name in sheet.dropped_transitions:
        message = "too short for its transition, cut instead"
        found.append(policy.finding("transitions", 1, message, shot=None if name == "end" else name))
    return found


def check_subtitles(policy: Policy, srt: str, lines: Sequence[str], sheet: CutSheet | None = None) -> list[Finding]:
    """The words of the subtitles are the words of the plan, in order, none missing, and a viewer can read them.

    With ``sheet`` a finding says where in the film the line is spoken, and in which shot.
    """
    try:
        cues = read_srt(srt)
    except ValueError as error:
        return [policy.finding("subtitles", 1, f"the subtitles cannot be read back: {error}")]
    result = hold_against(cues, lines)
    rate = None if sheet is None else FrameRate.parse(sheet.fps)

    def told(check: CheckName, value: float, message: str, line: int | None, sample: int | None) -> Finding:
        shot = None
        if sheet is not None and line is not None and line < len(sheet.lines):
            shot, sample = sheet.line_shots[line], sheet.lines[line].start
        second = None if sample is None else sample / SAMPLE_RATE
        frame = None if sample is None or rate is None else int(sample * rate.value / SAMPLE_RATE)
        return policy.finding(check, value, message, shot=shot, frame=frame, second=second)

    found = [told("missing_subtitle", 1, f"{lines[n][:60]!r} has no subtitle", n, None) for n in result.missing]
    for number, text in result.wrong.items():
        message = f"the subtitle says {text[:60]!r}, the plan {lines[number][:60]!r}"
        found.append(told("wrong_subtitle", 1, message, number, None))
    for cue in result.strange:
        found.append(told("subtitles", 1, f"nobody says {cue.text[:60]!r}", None, cue.start))
    if result.crossed:
        message = f"{result.crossed} subtitles overlap or have no time"
        found.append(policy.finding("subtitles", result.crossed, message))
    for cue, room in result.hurried:
        shot = _spoken_in(sheet, cue.start) if sheet is not None else None
        message = f"{cue.text[:40]!r} is {'gone before it can be read' if room else 'faster to hear than to read'}"
        second = cue.start / SAMPLE_RATE
        frame = None if rate is None else int(cue.start * rate.value / SAMPLE_RATE)
        severity: Severity | None = "error" if room else None
        one = policy.finding(
            "reading_speed", cue.speed, message, shot=shot, frame=frame, second=second, severity=severity
        )
        found.append(one)
    return found


def _spoken_in(sheet: CutSheet, sample: int) -> str | None:
    """The shot whose line is spoken nearest to ``sample``."""
    ranked = sorted(zip(sheet.lines, sheet.line_shots, strict=True), key=lambda pair: abs(pair[0].start - sample))
    return ranked[0][1] if ranked else None
