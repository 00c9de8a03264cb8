"""WER with the real engine.  usage: evaluate.py model.bin [-bs 5|-bs 1] [reports|heldout|all]"""
import sys, json, re, subprocess, os, time
from paths import SPEECH, TMP, HELDOUT, make
CLI = os.environ.get("WHISPER_CLI", "whisper-cli")                 # whisper.cpp's command line, from the PATH unless told
make()
model, bs, what = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "all"
def norm(t): return re.sub(r"\s+", " ", re.sub(r"[^\w\s,.'%-]", " ", t.lower()).replace("'", " ' ")).replace(" ' ", "' ")
def words(t): return [w.strip(".,'-") for w in norm(t).split() if w.strip(".,'-")]
def ed(a, b):
    d = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        p, d[0] = d[0], i
        for j, y in enumerate(b, 1): p, d[j] = d[j], min(d[j] + 1, d[j - 1] + 1, p + (x != y))
    return d[-1]
def run(f, extra=()):
    of = TMP + "/out"; t = time.time()
    p = subprocess.run([CLI, "-m", model, "-f", f, "-t", "2", "-l", "auto", "-oj", "-of", of, "-np", "-bs", bs, "-mc", "0", *extra], capture_output=True, text=True)
    dt = time.time() - t; j = json.load(open(of + ".json"))
    return j["result"]["language"], [(s["offsets"]["from"], s["offsets"]["to"], s["text"]) for s in j["transcription"]], dt
def suite(name, L):
    E = N = lo = 0; T = D = 0; exact = 0; ce = cn = 0; segs = 0
    by = {}
    for l, f, ref, dur in L:
        lang, seg, dt = run(f); hyp = "".join(s[2] for s in seg).strip(); a, b = words(ref), words(hyp); e = ed(a, b)
        E += e; N += len(a); lo += lang == l; T += dt; D += dur; exact += e == 0; segs += len(seg)
        x = by.setdefault(l, [0, 0]); x[0] += e; x[1] += len(a)
        cr = re.findall(r"\b[EFA]\d\d\b", ref); ch = re.findall(r"\b[EFA]\d\d\b", hyp); cn += len(cr); ce += sum(c in ch for c in cr)
        if e and os.environ.get("SHOW"): print(f"  {os.path.basename(f)} {lang} {e}/{len(a)}\n   REF {ref}\n   HYP {hyp}")
    print(f"{name}: WER {100*E/N:.2f}% ({E}/{N}) exact {exact}/{len(L)} by lang {({k: round(100*v[0]/v[1],2) for k,v in by.items()})} lang-id {lo}/{len(L)} codes {ce}/{cn} segments {segs} RTF {T/D:.3f} (incl. load)", flush=True)
if what in ("reports", "all"):
    L = []
    for x in json.load(open(SPEECH + "/reports.json")):
        w = f"{TMP}/{x['id']}-o.wav"
        if not os.path.exists(w): subprocess.run(["opusdec", "--quiet", "--rate", "16000", "--force-wav", SPEECH + "/" + x["audio"][0], w], check=True, stderr=subprocess.DEVNULL)
        L.append((x["language"], w, x["spoken_text"], x["duration_s"]))
    suite("reports(opus)", L)
if what in ("heldout", "all"):
    H = json.load(open(HELDOUT + "/h.json"))
    suite("heldout sentences", [(h["language"], f"{HELDOUT}/{h['id']}.wav", h["text"], h["dur"]) for h in H[:30]])
    suite("heldout dictations", [(h["language"], f"{HELDOUT}/{h['id']}.wav", h["text"], h["dur"]) for h in H[30:]])
