#!/bin/sh
# Re-run everything (about 75 min on 2 cores).  Needs espeak-ng, opus-tools, lame, python3 with torch numpy soxr tiktoken,
# the Whisper tokenizer/mel assets (WHISPER_ASSETS=dir with multilingual.tiktoken and mel_filters.npz) and whisper.cpp (whisper-cli, whisper-quantize).
# Corpus, checkpoints and intermediate files go to demo/.data/speech, or to SAVOIR_SPEECH_WORK.
set -e
cd "$(dirname "$0")"
WORK=$(python3 -c 'from paths import *; make(); print(WORK)')
D=$WORK/data; T=$WORK/tmp
python3 prep.py 0 2 6000 & A=$!; python3 prep.py 1 2 6000 & B=$!; wait $A; wait $B
python3 train.py 17 0                                                   # 5 s then 10 s windows, constant lr
cp "$D/ck.pt" "$D/a.pt"; LR0=1   P_FULL=.6  P_REPORT=.25 python3 train.py 10 26 "$D/a.pt"   # (stopped at 25 of 36 min in the delivered model)
cp "$D/ck.pt" "$D/b.pt"; LR0=.4  P_FULL=.75 P_REPORT=.45 python3 train.py 0 12.5 "$D/b.pt"  # mostly 30 s windows
cp "$D/ck.pt" "$D/c.pt"; LR0=.3  P_FULL=.95 P_REPORT=.5  python3 train.py 0 5.6 "$D/c.pt"
python3 export.py "$D/ck.pt" "$T/f16.bin"
whisper-quantize "$T/f16.bin" ../ggml-savoir-demo.bin q8_0
python3 mkaudio.py
python3 evaluate.py ../ggml-savoir-demo.bin 1; python3 evaluate.py ../ggml-savoir-demo.bin 5
