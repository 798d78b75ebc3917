/* Leave a delicate form at once: three presses of the Shift key within five seconds, or the button. The page is covered
   first and does not stay in the browser's list of the pages before. Without this file the button is a plain link. */
(function () {
  'use strict';

  var button = document.querySelector('[data-exit]');
  if (!button) { return; }

  var said = document.createElement('div');
  said.className = 'govuk-visually-hidden';
  said.setAttribute('role', 'status');
  button.parentNode.appendChild(said);

  function leave(event) {
    if (event) { event.preventDefault(); }
    var cover = document.createElement('div');
    cover.className = 'townkit-exit__cover';
    cover.setAttribute('role', 'alert');
    cover.textContent = button.getAttribute('data-exit-done');
    document.body.appendChild(cover);
    document.title = cover.textContent;
    window.location.replace(button.href);
  }

  button.addEventListener('click', leave);

  var presses = 0;
  var timer = null;
  var other = false;

  function reset() { presses = 0; said.textContent = ''; }

  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Shift') { other = true; reset(); } else if (!event.repeat) { other = false; }
  });
  document.addEventListener('keyup', function (event) {
    if (event.key !== 'Shift' || other) { return; }
    presses += 1;
    window.clearTimeout(timer);
    timer = window.setTimeout(reset, 5000);
    if (presses === 3) { leave(); return; }
    said.textContent = button.getAttribute(presses === 1 ? 'data-exit-two' : 'data-exit-one');
  });
}());
