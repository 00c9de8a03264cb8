"""Where the scripts read and write.  SPEECH is the folder that is delivered; WORK holds what is only needed while training
(corpus shards, checkpoints, held-out set, converted sound files) and is ignored by git."""
import os
HERE = os.path.dirname(os.path.abspath(__file__))
SPEECH = os.path.dirname(HERE)
WORK = os.environ.get("SAVOIR_SPEECH_WORK", os.path.join(os.path.dirname(SPEECH), ".data", "speech"))
DATA, TMP, HELDOUT = (os.path.join(WORK, d) for d in ("data", "tmp", "heldout"))
def make():
    for d in (DATA, TMP, HELDOUT, os.path.join(SPEECH, "audio")): os.makedirs(d, exist_ok=True)
