/* A list from a file goes into the text field, where it can be read before it is sent. Also what a Chinese
   spreadsheet saves (GB 18030). ES5 only. */
(function () {
  'use strict';

  var place = document.getElementById('list-file'), list = document.getElementById('list'), label, input;
  if (!place || !list || !window.FileReader) { return; }

  function read(file, encoding) {
    var reader = new FileReader();
    reader.onload = function () {
      if (encoding === 'utf-8' && String(reader.result).indexOf('\ufffd') >= 0) { read(file, 'gb18030'); return; }
      list.value = reader.result;
      list.focus();
    };
    reader.readAsText(file, encoding);
  }

  label = document.createElement('label');
  label.className = 'govuk-label';
  label.htmlFor = 'list-choose';
  label.textContent = place.getAttribute('data-label');
  input = document.createElement('input');
  input.type = 'file';
  input.id = 'list-choose';
  input.className = 'govuk-file-upload';
  input.accept = '.csv,.txt,text/csv,text/plain';
  input.addEventListener('change', function () { if (input.files && input.files[0]) { read(input.files[0], 'utf-8'); } });
  place.appendChild(label);
  place.appendChild(input);
  place.hidden = false;
}());
