// Dictation: record, see the level, pause, listen, send. Every two seconds are kept on this device until the server has
// said that it has them; what is sent twice is taken once.
import { call, refusal } from "savoir/app";
import { forget, keep, unsent } from "savoir/recordings";

const $ = (id) => document.getElementById(id);
const form = $("report");
const words = $("voice").dataset;
const kinds = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
let recorder = null;
let key = form.elements.key.value;
let sound = null;
let seconds = 0;

const say = (text) => {
  $("state").textContent = text;
};
function clock() {
  $("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
setInterval(() => {
  if (recorder?.state !== "recording") return;
  seconds += 1;
  clock();
}, 1000);

function level(stream) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const look = () => {
    if (!recorder || recorder.state === "inactive") {
      $("level").value = 0;
      return context.close();
    }
    analyser.getFloatTimeDomainData(samples);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    $("level").value = recorder.state === "recording" ? loudest : 0;
    requestAnimationFrame(look);
  };
  look();
}

async function record() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return say(words.refused);
  }
  const mimeType = kinds.find((kind) => MediaRecorder.isTypeSupported(kind));
  recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
  const pieces = [];
  const kept = [];
  recorder.addEventListener("dataavailable", (event) => {
    if (!event.data.size) return;
    pieces.push(event.data);
    kept.push(keep(key, event.data).catch(() => {}));
  });
  recorder.addEventListener("stop", async () => {
    for (const track of stream.getTracks()) track.stop();
    await Promise.all(kept);
    sound = new Blob(pieces, { type: recorder.mimeType });
    listen();
  });
  recorder.start(2000);
  level(stream);
  show("recording");
  say(words.recording);
}

function show(state) {
  $("record").hidden = state !== "ready";
  $("pause").hidden = $("stop").hidden = state !== "recording";
  $("heard").hidden = state !== "heard";
  // One report is told in one way.
  $("written").hidden = state !== "ready";
  form.elements.report.required = state === "ready";
}
function listen() {
  $("playback").src = URL.createObjectURL(sound);
  show("heard");
  say("");
}

async function send() {
  $("send").disabled = true;
  say(words.sending);
  const said = (name) => form.elements[name].value.trim() || undefined;
  const code = said("code");
  const minutes = said("minutes");
  const intervention = {
    source: "savoir",
    external_id: key,
    closed_at: new Date().toISOString(),
    equipment: { family: said("family"), model: said("model"), serial: said("serial") },
    request: { error_codes: code ? [code] : [] },
    time_spent_minutes: minutes === undefined ? undefined : Number(minutes),
    technician: form.dataset.technician,
    customer: said("customer"),
  };
  // The moment belongs to the recording and not to the try: a repetition must be the same to the letter.
  const first = localStorage.getItem(`savoir.report.${key}`);
  const text = first ?? JSON.stringify(intervention);
  localStorage.setItem(`savoir.report.${key}`, text);
  const body = new FormData();
  body.append("intervention", new Blob([text], { type: "application/json" }));
  const ending = sound.type.includes("ogg") ? "ogg" : sound.type.includes("mp4") ? "m4a" : "webm";
  body.append("audio", sound, `report.${ending}`);
  const answer = await call("POST", "/api/v1/interventions", body, { "idempotency-key": key }).catch(() => null);
  $("send").disabled = false;
  if (!answer || answer.status >= 500) {
    say(words.kept);
    setTimeout(() => sound && send(), 10_000);
    return;
  }
  if (answer.status === 401) return say(words.login);
  if (!answer.ok) {
    // What the server will not take so is told anew, not again.
    localStorage.removeItem(`savoir.report.${key}`);
    return say(await refusal(answer));
  }
  const { id } = await answer.json();
  sound = null;
  await forget(key).catch(() => {});
  localStorage.removeItem(`savoir.report.${key}`);
  location.assign(`/interventions/${id}`);
}
addEventListener("online", () => sound && !$("send").disabled && $("state").textContent === words.kept && send());

$("record").addEventListener("click", record);
$("pause").addEventListener("click", () => {
  const goes = recorder.state === "recording";
  if (goes) recorder.pause();
  else recorder.resume();
  $("pause").textContent = goes ? $("pause").dataset.goOn : $("pause").dataset.pause;
  say(goes ? words.paused : words.recording);
});
$("stop").addEventListener("click", () => recorder.stop());
$("send").addEventListener("click", send);
$("again").addEventListener("click", async () => {
  await forget(key).catch(() => {});
  localStorage.removeItem(`savoir.report.${key}`);
  sound = null;
  key = form.elements.key.value = crypto.randomUUID().replaceAll("-", "");
  seconds = 0;
  clock();
  show("ready");
  say("");
});

if (window.MediaRecorder && navigator.mediaDevices) {
  $("written").open = false;
  const left = await unsent().catch(() => null);
  if (left) {
    ({ key, sound } = left);
    listen();
    say(words.unsent);
  }
} else $("voice").hidden = true;
