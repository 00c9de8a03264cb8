"""Serves a model of llama.cpp on this machine, with OpenAI's protocol, until its standard input ends.

    python serve.py MODEL.gguf PORT [--context N] [--slots N] [--no-embeddings] [--key KEY]

PORT 0 takes a free one. One line goes to standard output, when requests are answered:

    listening http://127.0.0.1:PORT

It ends with its standard input (so with the process that started it), on SIGTERM and on SIGINT. llama.cpp's own words
go to standard error.
"""

import argparse
import os
import resource
import signal
import sys
import threading
import urllib.request

import xllamacpp

# The name that the model is listed under.
ALIAS = "tiny"

# What the server may take of memory: some schemas (minLength above maxLength) make llama.cpp take all that there is.
MOST_BYTES = 3 << 29


def parameters(asked):
    """What llama.cpp is told."""
    told = xllamacpp.CommonParams()
    told.model.path = asked.model
    told.model_alias = {ALIAS}
    told.hostnames = ["127.0.0.1"]
    told.port = asked.port
    told.n_ctx = asked.context
    told.n_parallel = asked.slots
    # More threads make so small a model slower.
    told.cpuparams.n_threads = 1
    told.cpuparams_batch.n_threads = 1
    told.n_threads_http = 4
    told.n_gpu_layers = 0
    # It would measure the machine's memory first.
    told.fit_params = False
    told.warmup = False
    told.ui = False
    told.cache_ram_mib = 0
    told.verbosity = 1
    told.api_keys = [asked.key] if asked.key else []
    if asked.embeddings:
        told.embedding = True
        told.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
        told.n_ubatch = told.n_batch
    return told


def main():
    asked = argparse.ArgumentParser(description="Serves a model of llama.cpp until standard input ends.")
    asked.add_argument("model")
    asked.add_argument("port", type=int)
    asked.add_argument("--context", type=int, default=0, help="tokens for all slots together; 0: what the model has")
    asked.add_argument("--slots", type=int, default=1, help="requests at the same time")
    asked.add_argument("--no-embeddings", dest="embeddings", action="store_false")
    asked.add_argument("--key", help="the key that requests must bring")
    asked = asked.parse_args()

    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    ended = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: ended.set())

    try:
        server = xllamacpp.Server(parameters(asked))
    except RuntimeError as error:
        sys.exit(f"no server for {asked.model} on port {asked.port} (is the file there, and the port free?): {error}")
    address = server.listening_address
    # Not through a proxy that the environment names.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{address}/health", timeout=30):
        print(f"listening {address}", flush=True)

    def until_input_ends():
        while os.read(sys.stdin.fileno(), 4096):
            pass
        ended.set()

    threading.Thread(target=until_input_ends, daemon=True).start()
    ended.wait()
    # A request that is being answered would be waited for; nobody is left to read it.
    os._exit(0)


if __name__ == "__main__":
    main()
