"""Synthesise the training corpus: one pickle shard per process.  usage: prep.py SHARD NSHARDS N_SENTENCES"""
import sys, random, pickle, numpy as np, torch, subprocess, os, wave, tempfile
torch.set_num_threads(1)
from synth import synth
from paths import DATA, make
from texts import *
from reports import R
from tok import encode_offsets, MELF
FRV = ["fr"] + ["fr+m%d" % i for i in range(1, 8)] + ["fr+f%d" % i for i in range(1, 6)]
ENV = [a + b for a in ("en", "en-us") for b in [""] + ["+m%d" % i for i in range(1, 8)] + ["+f%d" % i for i in range(1, 6)]]
WIN = torch.hann_window(400)
FIL = torch.from_numpy(MELF)
def logmel(y):                                   # y float [-1,1] -> log10 mel power, (80, n)
    s = torch.stft(torch.from_numpy(y), 400, 160, window=WIN, center=True, pad_mode="reflect", return_complex=True)[:, :-1].abs() ** 2
    return torch.log10(torch.clamp(FIL @ s, min=1e-10))
def heldout_set():
    r = random.Random(777); out = []
    for i in range(60):
        lang = "fr" if i % 4 else "en"
        if i < 30: out.append((lang, [sentence(lang, r)]))
        else: out.append((lang, doc(lang, r)))
    return out
def opus_roundtrip(chunks):
    with tempfile.TemporaryDirectory() as d:
        y = np.concatenate(chunks)
        with wave.open(d + "/a.wav", "wb") as w: w.setnchannels(1); w.setsampwidth(2); w.setframerate(16000); w.writeframes(y.tobytes())
        subprocess.run(["opusenc", "--quiet", "--comp", "3", "--bitrate", str(random.choice([24, 28, 32])), d + "/a.wav", d + "/a.opus"], check=True)
        subprocess.run(["opusdec", "--quiet", "--rate", "16000", "--force-wav", d + "/a.opus", d + "/b.wav"], check=True, stderr=subprocess.DEVNULL)
        with wave.open(d + "/b.wav") as w: z = np.frombuffer(w.readframes(w.getnframes()), np.int16)
    z = np.pad(z, (0, max(0, len(y) - len(z))))[:len(y)]; out = []; p = 0
    for c in chunks: out.append(z[p:p + len(c)]); p += len(c)
    return out
def main(shard, nsh, N):
    make()
    r = random.Random(100 + shard); random.seed(shard)
    held = {s for _, d in heldout_set() for s in d}
    jobs = []; seen = set()
    while len(jobs) < N:
        lang = "fr" if r.random() < .75 else "en"
        s = sentence(lang, r)
        if s in held or (s in seen and r.random() < .5): continue
        seen.add(s); jobs.append((lang, s, r.choice(FRV if lang == "fr" else ENV), -1))
    for ri, x in enumerate(R):
        for si, s in enumerate(split_sentences(x["spoken_text"])):
            vs = FRV if x["language"] == "fr" else ENV
            for k in range(7): jobs.append((x["language"], s, r.choice(vs), ri * 100 + si))
    r.shuffle(jobs)
    items = []; pend = []
    def flush():
        au = [p[0] for p in pend]
        if r.random() < .2: au = opus_roundtrip(au)
        for y, (it) in zip(au, [p[1] for p in pend]):
            m = logmel(y.astype(np.float32) / 32768.)
            it["mel"] = m.numpy().astype(np.float16); items.append(it)
        pend.clear()
    for i, (lang, s, v, rep) in enumerate(jobs):
        y, words, ph = synth(s, v, r.randint(128, 182), r.randint(32, 68), r.randint(35, 65))
        y = np.concatenate([np.zeros(480, np.int16), y, np.zeros(480, np.int16)]); off = .03
        y = y[:len(y) // 160 * 160]
        pauses = [t for t, p in ph if p in ("_:", "_::", "_") and t > .05]
        tend = pauses[-1] if pauses and pauses[-1] > words[-1][1] else len(y) / 16000 - .06
        for t, p in reversed(ph):
            if p in ("_:", "_::", "_"): tend = t
            else: break
        ids, chars = encode_offsets(" " + s)      # char offsets in s (leading space stripped)
        cp = [c for c, _ in words] + [len(s)]; ct = [t for _, t in words] + [tend]
        spans = []
        for c0, c1 in chars:
            k = max(j for j in range(len(words)) if cp[j] <= c0) if c0 >= cp[0] else 0
            w0, w1 = ct[k], ct[k + 1]
            for t in pauses:
                if w0 + .03 < t < w1: w1 = t; break
            n = max(1, len(s[cp[k]:cp[k + 1]].rstrip()))
            a = w0 + (w1 - w0) * min(1, (c0 - cp[k]) / n); b = w0 + (w1 - w0) * min(1, (c1 - cp[k]) / n)
            spans.append((a + off, max(b, a + .04) + off))
        pend.append((y, dict(lang=lang, text=s, rep=rep, ids=np.array(ids, np.int32), spans=np.array(spans, np.float32),
                             ph=[(t + off, p) for t, p in ph], end=tend + off, start=ph[0][0] + off if ph else off)))
        if len(pend) == 100: flush()
    if pend: flush()
    pickle.dump(items, open(f"{DATA}/shard{shard}.pkl", "wb"), protocol=4)
    print(shard, len(items), "utterances", sum(x["mel"].shape[1] for x in items) / 100 / 3600, "h")
if __name__ == "__main__": main(*map(int, sys.argv[1:4]))
