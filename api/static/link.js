// The link's secret stands behind the #: it goes into the form, and out of the address and the history.
const secret = decodeURIComponent(location.hash.slice(1));
if (secret) {
  document.getElementById("secret").value = secret;
  document.getElementById("code").hidden = true;
  history.replaceState(null, "", location.pathname);
}
