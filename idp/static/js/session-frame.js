// Answers "changed", "unchanged" or "error" to whoever asks (Session Management 1.0, 3.2): the page that frames this one, or
// another frame of that page. Written for every browser there is, old ones and those of test suites: no module, no promises.
(function () {
  "use strict";
  var name = document.body.getAttribute("data-cookie");
  var START = [];
  var ROUNDS = [];

  function fraction(number) {
    return ((number - Math.floor(number)) * 4294967296) | 0;
  }

  function isPrime(number) {
    for (var factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false;
    return true;
  }

  // The constants of SHA-256 are fractions of the roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3).
  for (var prime = 2; ROUNDS.length < 64; prime++) {
    if (!isPrime(prime)) continue;
    if (START.length < 8) START.push(fraction(Math.pow(prime, 1 / 2)));
    ROUNDS.push(fraction(Math.pow(prime, 1 / 3)));
  }

  function turn(word, by) {
    return (word >>> by) | (word << (32 - by));
  }

  function wordsOf(text) {
    var bytes = unescape(encodeURIComponent(text));
    var bits = bytes.length * 8;
    var words = [];
    bytes += "\u0080";
    while (bytes.length % 64 !== 56) bytes += "\u0000";
    for (var at = 0; at < bytes.length; at++) words[at >> 2] |= bytes.charCodeAt(at) << ((3 - (at % 4)) * 8);
    return words.concat([0, bits]);
  }

  // Here and not by crypto.subtle, which answers later and in secure contexts only.
  function sha256(text) {
    var words = wordsOf(text);
    var hash = START.slice();
    for (var block = 0; block < words.length; block += 16) {
      var w = words.slice(block, block + 16);
      var h = hash.slice();
      for (var i = 0; i < 64; i++) {
        if (i > 15) {
          var early = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
          var late = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
          w[i] = (w[i - 16] + early + w[i - 7] + late) | 0;
        }
        var choice = (h[4] & h[5]) ^ (~h[4] & h[6]);
        var majority = (h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2]);
        var first = h[7] + (turn(h[4], 6) ^ turn(h[4], 11) ^ turn(h[4], 25)) + choice + ROUNDS[i] + w[i];
        var second = (turn(h[0], 2) ^ turn(h[0], 13) ^ turn(h[0], 22)) + majority;
        h = [(first + second) | 0].concat(h.slice(0, 7));
        h[4] = (h[4] + first) | 0;
      }
      for (var k = 0; k < 8; k++) hash[k] = (hash[k] + h[k]) | 0;
    }
    return hash.map(function (word) {
      return ("0000000" + (word >>> 0).toString(16)).slice(-8);
    }).join("");
  }

  function browserState() {
    var cookies = document.cookie.split("; ");
    for (var i = 0; i < cookies.length; i++) {
      if (cookies[i].indexOf(name + "=") === 0) return cookies[i].slice(name.length + 1);
    }
    return "";
  }

  function answer(asked, origin) {
    var space = asked.lastIndexOf(" ");
    var state = asked.slice(space + 1);
    var dot = state.lastIndexOf(".");
    if (space < 1 || dot < 1) return "error";
    var salt = state.slice(dot + 1);
    var expected = sha256(asked.slice(0, space) + " " + origin + " " + browserState() + " " + salt) + "." + salt;
    return expected === state ? "unchanged" : "changed";
  }

  // Whoever asks has no more than what the provider gave it: the origin that the browser vouches for is part of the hash.
  window.addEventListener("message", function (event) {
    if (typeof event.data === "string" && event.source) event.source.postMessage(answer(event.data, event.origin), event.origin);
  });
})();
