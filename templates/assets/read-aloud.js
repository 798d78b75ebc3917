/* Reads a page's main part aloud with the browser's own voice; without one the button stays hidden. */
(function () {
  'use strict';

  var button = document.getElementById('read-aloud');
  var main = document.getElementById('main-content');
  var voice = window.speechSynthesis;
  if (!button || !main || !voice || !window.SpeechSynthesisUtterance) { return; }
  button.hidden = false;

  function language(node) {
    var near = node.parentNode.closest ? node.parentNode.closest('[lang]') : null;
    var tag = near ? near.getAttribute('lang') : document.documentElement.lang;
    return tag === 'zh-Hans' ? 'zh-CN' : tag;
  }

  /* Sentences in order: long texts stop half way in some browsers. */
  function parts() {
    var found = [];
    var walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT, null, false);
    var node = walker.nextNode();
    while (node) {
      var holder = node.parentNode;
      var text = node.nodeValue.replace(/\s+/g, ' ').trim();
      if (text && holder.offsetParent !== null && !/^(SCRIPT|STYLE|OPTION)$/.test(holder.nodeName)) {
        (text.match(/[^.!?\u3002\uff01\uff1f]+[.!?\u3002\uff01\uff1f]*/g) || [text]).forEach(function (sentence) {
          found.push({ text: sentence, lang: language(node) });
        });
      }
      node = walker.nextNode();
    }
    return found;
  }

  var reading = false;

  function show(on) {
    reading = on;
    button.textContent = on ? button.getAttribute('data-stop') : button.getAttribute('data-start');
    button.setAttribute('aria-pressed', String(on));
  }

  function stop() { voice.cancel(); show(false); }

  function start() {
    var list = parts();
    voice.cancel();
    list.forEach(function (part, place) {
      var spoken = new window.SpeechSynthesisUtterance(part.text);
      spoken.lang = part.lang;
      spoken.rate = 0.95;
      if (place === list.length - 1) { spoken.onend = function () { show(false); }; }
      voice.speak(spoken);
    });
    show(list.length > 0);
  }

  button.addEventListener('click', function () { if (reading) { stop(); } else { start(); } });
  window.addEventListener('pagehide', function () { voice.cancel(); });
}());
