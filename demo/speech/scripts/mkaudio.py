"""Audio of the 16 reports (ogg-opus, 2 wav, 1 mp3) + reports.json, and the held-out test set (in the work folder)."""
import json, os, subprocess, wave, random, numpy as np
from synth import synth
from paths import SPEECH, TMP, HELDOUT, make
from reports import R
from prep import heldout_set
V = dict(zip([x["id"] for x in R], [("fr", 150, 50), ("fr+f2", 158, 55), ("fr+m3", 146, 45), ("fr+f4", 160, 50), ("fr+m1", 152, 50), ("fr+f1", 150, 52), ("fr+m7", 148, 48), ("fr+f3", 155, 50),
    ("fr+m2", 152, 55), ("fr+f5", 156, 45), ("fr+m4", 150, 50), ("fr+f2", 145, 42), ("en", 152, 50), ("en-us+f2", 155, 52), ("en+m3", 148, 48), ("en-us+m1", 156, 50)]))
def wav(p, y):
    with wave.open(p, "wb") as w: w.setnchannels(1); w.setsampwidth(2); w.setframerate(16000); w.writeframes(y.tobytes())
make()
out = []
for i, x in enumerate(R):
    v, rate, pitch = V[x["id"]]; y, _, _ = synth(x["spoken_text"], v, rate, pitch)
    y = np.concatenate([np.zeros(8000, np.int16), y, np.zeros(4800, np.int16)])      # 0.5 s of silence first: the model needs >= 0.1 s
    p = f"{TMP}/{x['id']}.wav"; wav(p, y); br = [24, 28, 32][i % 3]
    subprocess.run(["opusenc", "--quiet", "--bitrate", str(br), "--discard-comments", p, f"{SPEECH}/audio/{x['id']}.opus"], check=True)
    files = [f"audio/{x['id']}.opus"]
    if x["id"] in ("fr-01", "en-01"): wav(f"{SPEECH}/audio/{x['id']}.wav", y); files.append(f"audio/{x['id']}.wav")
    if x["id"] == "fr-05": subprocess.run(["lame", "--quiet", "-b", "48", "-m", "m", p, f"{SPEECH}/audio/{x['id']}.mp3"], check=True); files.append(f"audio/{x['id']}.mp3")
    out.append({**x, "audio": files, "duration_s": round(len(y) / 16000, 2), "voice": f"espeak-ng {v} speed {rate} pitch {pitch}", "opus_kbps": br})
json.dump(out, open(SPEECH + "/reports.json", "w"), ensure_ascii=False, indent=1)
r = random.Random(5); H = []
FR = ["fr"] + ["fr+m%d" % i for i in range(1, 8)] + ["fr+f%d" % i for i in range(1, 6)]; EN = ["en", "en-us", "en+m3", "en-us+f2", "en+f4", "en-us+m7", "en+f1", "en-us+m2"]
for i, (l, d) in enumerate(heldout_set()):
    t = " ".join(d); y, _, _ = synth(t, r.choice(FR if l == "fr" else EN), r.randint(135, 175), r.randint(40, 60)); y = np.concatenate([np.zeros(8000, np.int16), y, np.zeros(4800, np.int16)])
    wav(f"{HELDOUT}/h{i:02d}.wav", y); H.append(dict(id=f"h{i:02d}", language=l, text=t, dur=len(y) / 16000))
json.dump(H, open(HELDOUT + "/h.json", "w"), ensure_ascii=False, indent=1)
print([x["duration_s"] for x in out], sum(h["dur"] for h in H))
