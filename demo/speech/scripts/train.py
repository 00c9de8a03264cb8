"""Train from scratch on CPU.  usage: train.py MINUTES_SHORT MINUTES_FULL [resume.pt]"""
import sys, time, math, pickle, glob, random, json, copy, numpy as np, torch, torch.nn.functional as F
from tok import *
from model import Whisper
from paths import DATA, WORK
torch.set_num_threads(2)
D = DATA + "/"
import os
PF, PR, LR0 = (float(os.environ.get(k, v)) for k, v in (("P_FULL", .6), ("P_REPORT", .25), ("LR0", 1)))   # share of 30 s batches / of report windows, first lr
SPECIAL = [EOT, SOT, EN, FRA, TRANSCRIBE, PREV, NOSP, NOTS]
def load():
    items = [x for f in sorted(glob.glob(D + "shard*.pkl")) for x in pickle.load(open(f, "rb"))]
    used = sorted({int(i) for x in items for i in x["ids"]}); vocab = used + SPECIAL; m = {t: i for i, t in enumerate(vocab)}
    phs = sorted({p for x in items for _, p in x["ph"]}); pm = {p: i + 1 for i, p in enumerate(phs)}
    for x in items:
        n = x["mel"].shape[1] // 2; x["mel"] = x["mel"][:, :2 * n]; x["n"] = n; x["rid"] = np.array([m[int(i)] for i in x["ids"]], np.int32)
        ph = np.zeros(n, np.int16); tk = np.full(n, len(vocab), np.int16)
        e = [int(t * 50) for t, _ in x["ph"]] + [n]
        for k, (t, p) in enumerate(x["ph"]): ph[e[k]:e[k + 1]] = pm[p]
        for i, (a, b) in zip(x["rid"], x["spans"]): tk[int(a * 50):int(math.ceil(b * 50))] = i
        x["ph50"], x["tk50"] = ph, tk
    return items, vocab, m, len(phs) + 1
class Sampler:
    def __init__(s, items, vocab, m, seed=0):
        s.it, s.m, s.V = items, m, len(vocab); s.r = random.Random(seed); s.g = np.random.default_rng(seed)
        s.by = {l: [i for i, x in enumerate(items) if x["lang"] == l and x["rep"] < 0] for l in ("fr", "en")}
        s.rep = {}
        for i, x in enumerate(items):
            if x["rep"] >= 0: s.rep.setdefault(x["rep"], []).append(i)
    def stream(s, prep):
        r = s.r
        if r.random() < prep:
            k = r.choice(list(s.rep))
            if r.random() < .55: k = k // 100 * 100
            while True:
                if k not in s.rep:
                    if r.random() < .7: return
                    k = k // 100 * 100
                yield s.it[r.choice(s.rep[k])]; k += 1
        lang = "fr" if r.random() < .72 else "en"
        while True: yield s.it[r.choice(s.by[lang])]
    def window(s, T, full, prep):
        """-> log10 mel (80,2T), token ids, target weights, guide ranges, frame labels"""
        r, g, m, V = s.r, s.g, s.m, s.V
        P = np.zeros((80, 2 * T), np.float32); ph = np.zeros(T, np.int64); tk = np.full(T, V, np.int64)
        toks, gin = [], []; segs = []
        off = 0 if full else (0 if r.random() < .3 else r.randint(0, 1500 - T))
        silence = full and r.random() < .06 or (not full and r.random() < .02)
        notime = r.random() < .1; lang = "fr"
        partial = None
        if not silence:
            st = s.stream(prep); t = int(50 * r.choice([0, 0, 0, r.random() * .3, r.random() * .8])); nmax = 99
            if r.random() < .3: nmax = r.randint(1, 3 if not full else 8)
            while len(segs) < nmax:
                x = next(st, None)
                if x is None: break
                if not segs:
                    lang = x["lang"]
                    while x["n"] + t > T - 2: x = s.it[r.choice(s.by[lang])]
                n = min(x["n"], T - t)
                if n <= 10: 
                    break
                gn = 10 ** (r.random() * .3 - .15)
                P[:, 2 * t:2 * (t + n)] += gn * 10 ** x["mel"][:, :2 * n].astype(np.float32); ph[t:t + n] = x["ph50"][:n]; tk[t:t + n] = x["tk50"][:n]
                b, e = t + int(round(x["start"] * 50)), t + int(round(x["end"] * 50))
                if e > T - 1: partial = b; break
                segs.append((x, t, b, e)); t += x["n"] + int(50 * (r.uniform(.08, .6) if r.random() < .85 else r.uniform(.3, 2)))
        lg = m[LANG[lang]]; TS = lambda f: V + off + f
        seq = [(m[SOT], None), (lg, None), (m[TRANSCRIBE], None)]
        if notime: seq.append((m[NOTS], None))
        if silence:
            seq += [(TS(0), None), (m[EOT], None)] if not notime else [(m[EOT], None)]
        for x, t, b, e in segs:
            if not notime: seq.append((TS(b), (b - 3, b + 6)))
            for i, (a, c) in zip(x["rid"], x["spans"]): seq.append((int(i), (t + int(a * 50) - 1, t + int(c * 50) + 2)))
            if not notime: seq.append((TS(e), (e - 5, e + 5)))
        if not silence:
            if partial is not None and not notime: seq.append((TS(partial), (partial - 3, partial + 6)))
            seq.append((m[EOT], None))
        pre = []
        if full and not silence and r.random() < .3:          # previous-text prompt, never a target
            st = s.stream(.1); k = r.randint(5, 120)
            tt = r.randint(0, 300)
            while len(pre) < k:
                x = next(st, None)
                if x is None: break
                n = x["n"]
                pre += [(V + min(tt, 1490), None)] + [(int(i), None) for i in x["rid"]] + [(V + min(tt + n, 1499), None)]; tt += n + 20
            pre = [(m[PREV], None)] + pre[-k:]
        # noise / gain in the power domain
        q = r.random(); lo = 10.0 ** r.uniform(-1.2, .5) if not silence else 0
        P *= lo
        if q < .4 or (silence and r.random() < .6):
            tilt = 10 ** (np.cumsum(g.standard_normal(80)) * .06 - np.linspace(0, r.uniform(-.5, 1.5), 80))
            P += min(lo if lo else 1, 1) * (10 ** r.uniform(-7.5, -3.8)) * tilt[:, None].astype(np.float32) * g.exponential(1, P.shape).astype(np.float32)
        L = np.log10(np.maximum(P, 1e-10)); mx = L.max() + (r.random() * .3 if r.random() < .3 else 0)
        L = (np.maximum(L, mx - 8) + 4) / 4
        return L.astype(np.float32), pre, seq, off, ph, tk, silence
    def batch(s, B, T, full, prep):
        W = [s.window(T, full, prep) for _ in range(B)]; n = max(len(w[1]) + len(w[2]) for w in W)
        V = s.V; tok = np.full((B, n), s.m[EOT]); wt = np.zeros((B, n - 1), np.float32); g0 = np.full((B, n, 2), -1); pos = np.zeros(B, np.int64)
        for i, w in enumerate(W):
            q = w[1] + w[2]; k = len(w[1]); tok[i, :len(q)] = [a for a, _ in q]; wt[i, k:len(q) - 1] = 1; wt[i, k + 2:k + 8] *= 3; wt[i, k + 1] = 0   # start of the window counts more
            if w[6]: wt[i, k] = 0
            for j, (_, gd) in enumerate(q):
                if gd: g0[i, j] = (max(0, gd[0]), gd[1])
            if not full and s.r.random() < .6: pos[i] = s.r.randint(0, 448 - n)
        T_ = lambda a: torch.from_numpy(np.ascontiguousarray(a))
        return dict(mel=T_(np.stack([w[0] for w in W])), tok=T_(tok), wt=T_(wt), g=T_(g0), pos=T_(pos), off=T_(np.array([w[3] for w in W])),
                    ph=T_(np.stack([w[4] for w in W])), tk=T_(np.stack([w[5] for w in W])), sil=T_(np.array([w[6] for w in W])))
def guide_loss(w, g, T):
    """-log of the attention mass of head 0 inside the known frames"""
    ok = g[..., 0] >= 0; f = torch.arange(T)
    inside = (f >= g[..., :1]) & (f <= g[..., 1:])
    mass = (w[:, 0] * inside).sum(-1)
    return (-(mass + 1e-4).log() * ok).sum() / ok.sum().clamp(min=1)
SM = torch.tensor([.06, .2, .48, .2, .06])
def losses(net, b, V, m, aux, corrupt=.05):
    T = b["mel"].shape[2] // 2
    xa, mid = net.encoder(b["mel"], b["off"])
    inp = b["tok"][:, :-1].clone(); tgt = b["tok"][:, 1:]
    c = (torch.rand(inp.shape) < corrupt) & (inp < V - 8); inp[c] = torch.randint(0, V - 8, (int(c.sum()),))
    lo, ws = net.decoder(inp, xa, b["pos"])
    lp = F.log_softmax(lo, -1)
    ists = tgt >= V
    nll = -lp.gather(2, tgt[..., None])[..., 0]
    sm = sum(-SM[k] * lp.gather(2, (tgt + k - 2).clamp(min=0, max=V + 1500)[..., None])[..., 0] for k in range(5))
    nosp = -lp[..., m[NOSP]]
    ce = torch.where(ists, sm, nll)
    # silence: the token after <|transcribe|> is mostly <|nospeech|>
    isil = b["sil"][:, None] & (inp == m[TRANSCRIBE]); ce = torch.where(isil, .8 * nosp + .2 * ce, ce)
    L = (ce * b["wt"]).sum() / b["wt"].sum()
    out = dict(ce=L.item())
    acc = ((lo.argmax(-1) == tgt) & ~ists & (b["wt"] > 0)).sum() / ((~ists) & (b["wt"] > 0)).sum(); out["acc"] = acc.item()
    gl = guide_loss(ws[0], b["g"][:, :-1], T) + sum(guide_loss(w, b["g"][:, 1:], T) for w in ws[1:]); out["g"] = gl.item()
    k = int(torch.randint(0, 3, ()))
    pl = F.cross_entropy(net.aux_ph(mid[:, k::3]).flatten(0, 1), b["ph"][:, k::3].flatten())
    tl = F.cross_entropy(net.aux_tok(xa[:, k::3]).flatten(0, 1), b["tk"][:, k::3].flatten()); out["ph"] = pl.item(); out["tk"] = tl.item()
    return L + aux * (.25 * gl + .4 * pl + .4 * tl), out
class Muon:
    def __init__(s, ps):
        s.groups = {}
        for p in ps: s.groups.setdefault(tuple(p.shape), []).append(p)
        s.buf = {k: torch.zeros(len(v), *k) for k, v in s.groups.items()}
    @torch.no_grad()
    def step(s, lr, mom=.95, wd=.01):
        for k, ps in s.groups.items():
            G = torch.stack([p.grad for p in ps]); M = s.buf[k]; M.lerp_(G, 1 - mom); X = G.lerp(M, mom)
            tr = k[0] > k[1]
            if tr: X = X.transpose(1, 2)
            X = X / (X.norm(dim=(1, 2), keepdim=True) + 1e-7)
            for _ in range(5):
                A = X @ X.transpose(1, 2); Bm = -4.775 * A + 2.0315 * (A @ A); X = 3.4445 * X + Bm @ X
            if tr: X = X.transpose(1, 2)
            sc = max(1, k[0] / k[1]) ** .5
            for p, x in zip(ps, X): p.mul_(1 - lr * wd).add_(x, alpha=-lr * sc)
def main(mins_short, mins_full, resume=None):
    items, vocab, m, P = load(); V = len(vocab); print("utterances", len(items), "used tokens", V, "phonemes", P, flush=True)
    S = Sampler(items, vocab, m, seed=int(time.time()) if resume else 0)
    net = Whisper(V=V, P=P)
    if resume:
        ck = torch.load(resume, weights_only=False); assert ck["vocab"] == vocab; net.load_state_dict(ck["raw"])
    mu = [p for n, p in net.named_parameters() if p.ndim == 2 and ".blocks." in n]
    ids = {id(p) for p in mu}; rest = [p for p in net.parameters() if id(p) not in ids]
    M = Muon(mu); A = torch.optim.AdamW(rest, lr=1e-3, betas=(.9, .98), weight_decay=.01, eps=1e-8)
    if resume and "mubuf" in ck:
        A.load_state_dict(ck["adam"]); M.buf = ck["mubuf"]
    ema = copy.deepcopy(net.state_dict()); step = 0 if not resume else ck['step']; t0 = time.time(); tot = (mins_short + mins_full) * 60; last = t0; agg = []; n0 = 0
    print("params", sum(p.numel() for p in net.parameters()) / 1e6, "M", flush=True)
    def save(f): torch.save(dict(model=ema, raw=net.state_dict(), vocab=vocab, cfg=net.cfg, adam=A.state_dict(), mubuf=M.buf, step=step), D + f)
    while True:
        el = time.time() - t0
        if el > tot: break
        late = el > mins_short * 60; full = late and S.r.random() < PF
        if full: B, T = 8, 1500
        elif not resume and el < mins_short * 60 * .2: B, T = 24, 250
        else: B, T = 16, 500
        try: nt = int(open(WORK + '/threads').read())          # number of threads can be changed while it runs
        except Exception: nt = 2
        if nt != torch.get_num_threads(): torch.set_num_threads(nt)
        b = S.batch(B, T, full, .12 if not late else PR)
        n0 = n0 + 1; w = min(1, n0 / (60 if not resume else 10))
        lr = w * max(.02, LR0 * (1 - el / tot)) if resume else w              # constant, then (resumed run) linear to 0
        aux = 1.0
        loss, o = losses(net, b, V, m, aux)
        A.zero_grad(); 
        for p in mu: p.grad = None
        loss.backward(); torch.nn.utils.clip_grad_norm_(rest, 1.0)
        for gr in A.param_groups: gr["lr"] = 3e-3 * lr
        A.step(); M.step(.02 * lr); step += 1
        d = min(.99, n0 / (n0 + 10))
        with torch.no_grad():
            for k, v in net.state_dict().items():
                if v.dtype.is_floating_point: ema[k].lerp_(v, 1 - d)
        agg.append(o)
        if step % 10 == 0:
            av = {k: round(sum(x[k] for x in agg) / len(agg), 3) for k in o}; agg = []
            print(step, f"{el/60:.1f}min", "late" if late else T, av, f"lr {lr:.2f} {(time.time()-last)/10:.2f}s/step", flush=True); last = time.time()
        if step % 100 == 0: save("ck.pt")
    save("ck.pt")
if __name__ == "__main__": main(float(sys.argv[1]), float(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
