// The customer's chat. Embedded in another site it lives in a shadow root; on the house's own page it takes over the form
// that is there. Whatever is shown comes from the house, as text, never as markup.
(() => {
  "use strict";
  const WORDS = __WORDS__;
  const STYLE = __STYLE__;
  const script = document.currentScript;
  const base = new URL(script.src).origin;
  const make = (tag, props = {}, ...inside) => {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...inside);
    return node;
  };
  const name = () =>
    globalThis.crypto?.randomUUID?.() ?? `m-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const wait = (ms) => new Promise((go) => {
    const timer = setTimeout(go, ms);
    addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true });
  });

  /** What a tab remembers, so that the next page of the site goes on where this one was. */
  const memory = (key) => ({
    read() {
      try { return JSON.parse(sessionStorage.getItem(key)) ?? {}; } catch { return {}; }
    },
    write(value) {
      try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* then the tab forgets */ }
    },
  });

  class Refused extends Error {
    constructor(status, said, after) {
      super(said);
      this.status = status;
      this.after = after;
    }
  }

  class Talk {
    /** `root` holds .log, .choices, .status and a form with a textarea. */
    constructor(root, { headers, credentials, chat, language, memory, words }) {
      Object.assign(this, { root, credentials, memory, words, language });
      this.headers = { "accept-language": language, ...headers };
      this.log = root.querySelector(".log");
      this.choices = root.querySelector(".choices");
      this.status = root.querySelector(".status");
      this.form = root.querySelector("form");
      this.text = this.form.querySelector("textarea");
      this.seen = new Set([...this.log.children].map((li) => Number(li.dataset.position)).filter(Boolean));
      const kept = memory.read();
      this.chat = chat || kept.chat || null;
      this.queue = (kept.chat === this.chat && kept.queue) || [];
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.send(this.text.value);
        this.text.value = "";
        this.text.focus();
      });
      this.text.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.form.requestSubmit();
        }
      });
      this.choices.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        event.preventDefault();
        this.send(button.value || button.textContent);
        this.text.focus();
      });
      addEventListener("online", () => this.chat && this.catchUp());
    }

    keep() {
      this.memory.write({ chat: this.chat, queue: this.queue });
    }

    async ask(method, path, body, stream) {
      const headers = { ...this.headers, accept: stream ? "text/event-stream" : "application/json" };
      if (body) headers["content-type"] = "application/json";
      const request = { method, headers, credentials: this.credentials, cache: "no-store" };
      const answer = await fetch(base + path, { ...request, body: body && JSON.stringify(body) });
      if (answer.ok) return answer;
      const problem = await answer.json().catch(() => ({}));
      throw new Refused(answer.status, problem.detail ?? this.words.failed, Number(answer.headers.get("retry-after")));
    }

    /** Begins, or goes on with, a conversation. */
    async open() {
      if (this.opened) return;
      this.opened = true;
      if (this.chat) {
        // What a page shows before a word was said is said again by the conversation itself.
        if (!this.seen.size) this.log.replaceChildren();
        await this.catchUp();
      } else if (!this.log.children.length) {
        await this.insist(() => this.begin());
      }
      for (const { text, id } of this.queue) this.pending(text, id);
      this.pump();
    }

    async begin() {
      const view = await (await this.ask("POST", "/api/v1/chats", { language: this.language })).json();
      this.chat = view.id;
      this.keep();
      // What a page shows before anything was said is what is said at the beginning.
      this.log.replaceChildren(...[...this.log.children].filter((li) => li.dataset.client));
      this.seen.clear();
      const rest = [...this.log.children];
      this.show(view);
      this.log.append(...rest);
    }

    /** What was said since this tab was last told. */
    async catchUp() {
      try {
        const after = Math.max(0, ...this.seen);
        this.show(await (await this.ask("GET", `/api/v1/chats/${this.chat}?after=${after}`)).json());
      } catch (error) {
        if ([401, 403, 404].includes(error.status)) this.forget();
      }
    }

    forget() {
      [this.chat, this.queue] = [null, []];
      this.seen.clear();
      this.log.replaceChildren();
      this.choices.replaceChildren();
      this.keep();
      return this.insist(() => this.begin());
    }

    /** Does it, again and again while the line is broken; a refusal is said. */
    async insist(act) {
      for (let pause = 1000; ; pause = Math.min(pause * 2, 30000)) {
        try {
          const done = await act();
          this.status.textContent = "";
          return done;
        } catch (error) {
          const later = !(error instanceof Refused) || error.status === 429 || error.status >= 500;
          if (!later) {
            this.status.textContent = error.message;
            throw error;
          }
          this.status.textContent = error instanceof Refused ? error.message : this.words.lost;
          await wait(error.after > 0 ? error.after * 1000 : pause);
        }
      }
    }

    send(text) {
      if (!text.trim()) return;
      const id = name();
      this.queue.push({ text: text.trim(), id });
      this.keep();
      this.pending(text.trim(), id);
      this.choices.replaceChildren();
      this.pump();
    }

    pending(text, id) {
      const li = make("p", { className: "visitor pending" }, make("span", { className: "unseen", textContent: `${this.words.you} ` }), text);
      li.dataset.client = id;
      this.log.append(li);
      li.scrollIntoView({ block: "nearest" });
    }

    /** Sends what waits, one after the other; each under its own name, so that nothing is taken twice. */
    async pump() {
      if (this.busy) return;
      this.busy = true;
      while (this.queue.length) {
        const { text, id } = this.queue[0];
        try {
          this.status.textContent = this.words.sending;
          if (!this.chat) await this.insist(() => this.begin());
          await this.insist(() => this.tell(text, id));
        } catch (error) {
          this.log.querySelector(`[data-client="${CSS.escape(id)}"]`)?.remove();
          if ([404, 410].includes(error.status)) this.end();
        }
        this.queue.shift();
        this.keep();
      }
      this.busy = false;
    }

    async tell(text, client_id) {
      const answer = await this.ask("POST", `/api/v1/chats/${this.chat}/messages`, { text, client_id }, true);
      let ended = false;
      for await (const { event, data } of events(answer.body)) {
        if (event === "message") this.say(data);
        if (event === "problem") throw new Refused(data.status, data.detail);
        if (event === "state") {
          ended = true;
          if (data.is_over) this.end();
        }
      }
      if (!ended) throw new TypeError("the line broke");
    }

    show(view) {
      view.messages.forEach((message) => this.say(message));
      if (view.is_over) this.end();
    }

    say(message) {
      if (this.seen.has(message.position)) return;
      this.seen.add(message.position);
      const mine = message.kind === "visitor";
      const waiting = mine && message.client_id && this.log.querySelector(`[data-client="${CSS.escape(message.client_id)}"]`);
      if (waiting) {
        waiting.classList.remove("pending");
        waiting.dataset.position = message.position;
        return;
      }
      const li = make("p", { className: message.kind });
      li.dataset.position = message.position;
      const step = message.approved?.path.match(/^steps\[(\d+)\]$/);
      if (step) li.append(make("b", { textContent: this.words.step.replace("{}", Number(step[1]) + 1) }));
      const hidden = { visitor: this.words.you, hazard: this.words.danger }[message.kind];
      if (hidden) li.append(make("span", { className: "unseen", textContent: `${hidden} ` }));
      li.append(message.text);
      this.log.append(li);
      if (!mine) this.offer(message.choices);
      li.scrollIntoView({ block: "nearest" });
    }

    offer(choices) {
      if (choices.length || !this.queue.length) {
        this.choices.replaceChildren(...choices.map(({ text }) => make("button", { type: "button", value: text, textContent: text })));
      }
    }

    end() {
      const anew = make("button", { type: "button", textContent: this.words.anew });
      anew.addEventListener("click", (event) => { event.stopPropagation(); this.forget(); this.text.focus(); });
      this.choices.replaceChildren(anew);
      this.status.textContent = this.words.over;
    }
  }

  /** The events of a stream (WHATWG HTML, server-sent events), as far as the house writes them. */
  async function* events(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      for (let at; (at = text.indexOf("\n\n")) >= 0; text = text.slice(at + 2)) {
        const fields = Object.fromEntries(text.slice(0, at).split("\n").map((line) => line.split(/: ?(.*)/s)));
        if (fields.data) yield { event: fields.event, data: JSON.parse(fields.data) };
      }
    }
  }

  const page = document.getElementById("talk");
  if (page) {
    const words = WORDS[document.documentElement.lang] ?? WORDS.en;
    const csrf = document.querySelector("meta[name=csrf]")?.content;
    const { site, chat } = page.dataset;
    const headers = site ? { "x-site-key": site } : csrf ? { "x-csrf-token": csrf } : {};
    const kept = memory(`savoir-chat-page:${site ?? ""}`);
    const language = document.documentElement.lang;
    new Talk(page, { headers, credentials: "same-origin", chat, language, memory: kept, words }).open();
    return;
  }

  const key = script.dataset.siteKey;
  const start = () => {
    const wanted = (script.dataset.language || document.documentElement.lang || navigator.language || "en").slice(0, 2).toLowerCase();
    const language = WORDS[wanted] ? wanted : "en";
    const words = WORDS[language];
    const host = make("savoir-chat");
    const shadow = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
    const opener = make("button", { className: "opener primary", type: "button", textContent: words.open });
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-haspopup", "dialog");
    const close = make("button", { type: "button", textContent: words.close });
    const log = make("div", { className: "log" });
    log.setAttribute("role", "log");
    log.setAttribute("aria-label", words.conversation);
    const choices = make("div", { className: "choices" });
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", words.choices);
    const status = make("p", { className: "status" });
    status.setAttribute("role", "status");
    const text = make("textarea", { id: "text", name: "text", rows: 1, maxLength: 2000, required: true });
    const label = make("label", { htmlFor: "text", textContent: words.message });
    const form = make("form", {}, label, text, make("button", { className: "primary", textContent: words.send }));
    const title = make("h2", { id: "title", textContent: words.title });
    const scroll = make("div", { className: "scroll", tabIndex: 0 }, log);
    const below = make("div", { className: "below" }, choices, form, status);
    const panel = make("div", { className: "panel", hidden: true }, make("div", { className: "head" }, title, close), scroll, below);
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-labelledby", "title");
    const root = make("div", { className: "talk", lang: language }, opener, panel);
    shadow.append(root);
    document.body.append(host);
    const options = { headers: { "x-site-key": key }, credentials: "omit", language, memory: memory(`savoir-chat:${key}`), words };
    const talk = new Talk(root, options);
    const toggle = (open) => {
      panel.hidden = !open;
      opener.hidden = open;
      opener.setAttribute("aria-expanded", String(open));
      if (open) talk.open().catch(() => {});
      (open ? text : opener).focus();
    };
    opener.addEventListener("click", () => toggle(true));
    close.addEventListener("click", () => toggle(false));
    panel.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  };
  if (key) document.body ? start() : addEventListener("DOMContentLoaded", start);
})();
