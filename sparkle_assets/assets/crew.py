"""Names the catalogue goes by: the acts of a film, which stand in this order in the UI, and whose work an asset is."""

SCRIPT, SHOTS, FILM = "act_1_script", "act_2_shots", "act_3_film"
WRITERS, CAMERA, SOUND, ANIMATION, EDITING, QUALITY = (
    ["team:writers"],
    ["team:camera"],
    ["team:sound"],
    ["team:animation"],
    ["team:editing"],
    ["team:quality"],
)
