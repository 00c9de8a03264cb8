"""Writes a language model of 370 kB that knows nothing, for tests of the protocol.

    python tiny_model.py OUT.gguf [--endless] [--context N]

The model is a llama of 2 layers and 64 dimensions in f32. Its tokens are the 256 bytes, "é", and the three marks of
ChatML. Its weights are random with a fixed seed: the same file comes out each time.

One thing is not random. A part of the dimensions carries the kind of the last byte, untouched by the layers, and the
output adds to each byte what is likely after that kind (see LIKELY). So a letter is followed by letters that come later
in the alphabet or by the end: strings, lists and answers END, at temperature 0 too. With --endless they never do.
"""

import argparse
import string

import gguf
import numpy as np

SEED = 1
LAYERS, WIDTH, INNER = 2, 64, 128
# One narrow head in each layer: a prompt of thousands of bytes is read in a second or two.
HEAD = 16
NEVER = -12.0

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

# Letters in ten ranks. The space stands among them: no string begins with one, and none has two.
RANKS = [
    string.ascii_uppercase, "abc", "def", "ghi", "\xc3", "jkl", " ", "mno", "pqrs", "tuvwxyz",
]
LETTERS = [f"rank {rank}" for rank in range(len(RANKS))]
# Of those that follow 0xC3 (à, â, ç, è, é, ê, î, ô, û), as the second byte of UTF-8.
SECONDS = [0xA0, 0xA2, 0xA7, 0xA8, 0xA9, 0xAA, 0xAE, 0xB4, 0xBB]
KINDS = ["quote", "{", "[", ":", ",", "close", "digit", "line", "lead", "other", *LETTERS]

# Kind of the last byte -> what may come next, and how much it is favoured. The rest: NEVER.
LIKELY = {
    "quote": {"letters": 3, "}": 3, "]": 3, ",": 2.5, ":": 3, '"': 1},
    "{": {'"': 4, "}": 0},
    "[": {'"': 4, "{": 1.5, "]": 0.8, "digits": 0},
    ":": {'"': 4, "{": 0, "[": -2, "digits": 1, "n": -0.5, "t": 1, "f": 1},
    ",": {'"': 4, "{": 3, "digits": 1, "[": 0},
    "close": {"}": 4, "]": 3.5, ",": 2.5, "end": 5},
    "digit": {"}": 4, "]": 4, ",": 2, "digits": -2, '"': 3, "end": 3},
    "line": {"letters": 4, "{": 0, '"': 0, "[": -2},
    "other": {"letters": 3, '"': 2, "}": 0, "]": 0, ",": 0, "end": 1},
}


def byte_names():
    """The character that stands for each byte in a vocabulary of GPT-2's kind."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(byte) if byte in plain else chr(next(others)) for byte in range(256)]


NAMES = byte_names()
# "é" is the one token of two bytes: a vocabulary of this kind has at least one merge.
PAIR = (NAMES[0xC3], NAMES[0xA9])
TOKENS = [*NAMES, "".join(PAIR), "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
E_ACUTE, END = 256, len(TOKENS) - 1


def kind(token):
    """What kind of byte this token ends with."""
    if token == E_ACUTE or token in SECONDS:
        return LETTERS[5]
    if token >= 256:
        return "other"
    byte = chr(token)
    if byte == "\xc3":
        return "lead"
    for rank, letters in zip(LETTERS, RANKS):
        if byte in letters:
            return rank
    if byte.isascii() and byte.isdigit():
        return "digit"
    return {'"': "quote", "}": "close", "]": "close", "\n": "line"}.get(byte, byte if byte in "{[:," else "other")


def favours(last, endless):
    """How much each token is favoured after a byte of the kind `last`."""
    row = np.full(len(TOKENS), NEVER)

    def favour(what, much, least_rank=0):
        if what == "letters":
            for rank in range(least_rank, len(RANKS)):
                if RANKS[rank] != " " or least_rank > 0:
                    row[[ord(letter) for letter in RANKS[rank]]] = much - 0.4 * (rank - least_rank)
            if least_rank <= 4:
                row[E_ACUTE] = much
        elif what == "digits":
            row[[ord(digit) for digit in string.digits]] = much
        else:
            row[END if what == "end" else ord(what)] = much

    if last == "lead":
        row[SECONDS] = 3
    elif last in LETTERS:
        rank = LETTERS.index(last)
        favour("letters", 4, least_rank=1 if endless else rank + 1)
        for closing, much in {"}": -4, "]": -4, ",": -4, ":": -6}.items():
            favour(closing, much)
        if not endless:
            favour('"', 3 + 0.3 * rank)
            favour("end", 4 + 0.3 * rank)
    else:
        for what, much in LIKELY[last].items():
            if not (endless and what == "end"):
                favour(what, much)
    return row


def weights(endless):
    """Name -> array of each tensor."""
    random = np.random.default_rng(SEED)
    kinds, free = len(KINDS), WIDTH - len(KINDS)
    strength = 8.0

    def noise(*shape, scale):
        return random.standard_normal(shape) * scale

    def into_free(columns, scale):
        """A layer's output: it leaves the dimensions of the kinds alone."""
        out = np.zeros((WIDTH, columns))
        out[kinds:] = noise(free, columns, scale=scale)
        return out

    embedding = np.zeros((len(TOKENS), WIDTH))
    for token in range(len(TOKENS)):
        embedding[token, KINDS.index(kind(token))] = strength
    embedding[:, kinds:] = noise(len(TOKENS), free, scale=0.6)
    # What the last norm makes of `strength`, when each free dimension has come to about 1.
    seen = strength / np.sqrt((strength**2 + free) / WIDTH)
    output = np.zeros_like(embedding)
    output[:, :kinds] = np.stack([favours(last, endless) for last in KINDS], axis=1) / seen
    output[:, kinds:] = noise(len(TOKENS), free, scale=0.16)
    # What closes is left to LIKELY alone: in a long text chance favours the same byte again and again.
    output[[*map(ord, '"]},'), END], kinds:] = 0

    tensors = {"token_embd.weight": embedding, "output_norm.weight": np.ones(WIDTH), "output.weight": output}
    for layer in range(LAYERS):
        name = f"blk.{layer}."
        tensors |= {
            name + "attn_norm.weight": np.ones(WIDTH),
            name + "attn_q.weight": noise(HEAD, WIDTH, scale=0.25),
            name + "attn_k.weight": noise(HEAD, WIDTH, scale=0.25),
            name + "attn_v.weight": noise(HEAD, WIDTH, scale=0.12),
            name + "attn_output.weight": into_free(HEAD, scale=0.16),
            name + "ffn_norm.weight": np.ones(WIDTH),
            name + "ffn_gate.weight": noise(INNER, WIDTH, scale=0.12),
            name + "ffn_up.weight": noise(INNER, WIDTH, scale=0.12),
            name + "ffn_down.weight": into_free(INNER, scale=0.08),
        }
    return tensors


def write(path, context, endless):
    """Writes the model to `path`; `context` is the longest text, in tokens."""
    out = gguf.GGUFWriter(path, "llama")
    out.add_name("tiny-endless" if endless else "tiny")
    out.add_context_length(context)
    out.add_embedding_length(WIDTH)
    out.add_block_count(LAYERS)
    out.add_feed_forward_length(INNER)
    out.add_head_count(1)
    out.add_head_count_kv(1)
    out.add_key_length(HEAD)
    out.add_value_length(HEAD)
    out.add_rope_dimension_count(HEAD)
    out.add_rope_freq_base(10_000.0)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_vocab_size(len(TOKENS))
    out.add_file_type(gguf.LlamaFileType.ALL_F32)
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(TOKENS)
    normal, control = gguf.TokenType.NORMAL, gguf.TokenType.CONTROL
    out.add_token_types([normal] * (E_ACUTE + 1) + [control] * 3)
    out.add_token_merges([" ".join(PAIR)])
    out.add_bos_token_id(END - 2)
    out.add_eos_token_id(END)
    out.add_add_bos_token(False)
    out.add_chat_template(TEMPLATE)
    for name, tensor in weights(endless).items():
        out.add_tensor(name, tensor.astype(np.float32))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Writes a tiny language model with random weights.")
    asked.add_argument("out")
    asked.add_argument("--context", type=int, default=32_768, help="the longest text, in tokens (about bytes)")
    asked.add_argument("--endless", action="store_true", help="no string and no answer ends by itself")
    asked = asked.parse_args()
    write(asked.out, asked.context, asked.endless)
