/* A button that prints the page; without a script it stays hidden and the browser's own menu does it. */
(function () {
  'use strict';

  Array.prototype.forEach.call(document.querySelectorAll('button[data-print]'), function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });
}());
