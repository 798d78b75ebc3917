/* Uploads: several files one after the other, with progress, tried again after a break; large photos are made
   smaller first. Without this script the form sends one file at a time. ES5 only. */
(function () {
  'use strict';

  var TRIES = 12, STALLED_MS = 45000, LARGE = 1500000, SIDE = 2400, QUALITY = 0.85;

  function find(id) { return document.getElementById(id); }

  function say(element, text) { if (element && element.textContent !== text) { element.textContent = text; } }

  /* Words come with the page: {name} and {percent} are filled in. */
  function fill(text, name, percent) {
    return String(text || '').replace('{name}', name || '').replace('{percent}', String(percent));
  }

  function load(address, done, failed) {
    var request = new XMLHttpRequest();
    request.open('GET', address);
    request.responseType = 'document';
    request.onload = function () {
      if (request.status === 200 && request.response) { done(request.response); } else { failed(request.status); }
    };
    request.onerror = request.ontimeout = function () { failed(0); };
    request.timeout = STALLED_MS;
    request.send();
  }

  /* Take the list of files over from a page that was loaded. */
  function takeList(page) {
    ['files', 'files-onward'].forEach(function (id) {
      var here = find(id), there = page.getElementById(id);
      if (here && there && here.innerHTML !== there.innerHTML) { here.innerHTML = there.innerHTML; }
    });
  }

  function summaryOf(page) {
    var problem = page.querySelector('.govuk-error-summary__list');
    return problem ? problem.textContent.replace(/\s+/g, ' ').trim() : '';
  }

  /* Call again after a pause that grows, or as soon as the browser is back on the net. */
  function later(attempt, action) {
    var waited = false, timer;
    function go() {
      if (waited) { return; }
      waited = true;
      clearTimeout(timer);
      window.removeEventListener('online', go);
      action();
    }
    timer = setTimeout(go, Math.min(1000 * Math.pow(2, attempt), 15000));
    window.addEventListener('online', go);
  }

  /* A photo with at most SIDE pixels a side. Only where the browser turns it upright by itself, because what
     says how it was held is lost. */
  function smaller(file, done) {
    var able = window.createImageBitmap && window.CSS && CSS.supports &&
      CSS.supports('image-orientation', 'from-image') && HTMLCanvasElement.prototype.toBlob;
    if (!able || file.type !== 'image/jpeg' || file.size < LARGE) { done(file); return; }
    window.createImageBitmap(file).then(function (picture) {
      var scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      var canvas = document.createElement('canvas');
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      canvas.toBlob(function (blob) { done(blob && blob.size < file.size ? blob : file); }, 'image/jpeg', QUALITY);
    }, function () { done(file); });
  }

  /* One file to the storage, again and again until it is there. */
  function send(target, blob, name, progress, done, broken, failed) {
    var attempt = 0;
    function once() {
      var body = new FormData(), request = new XMLHttpRequest(), watch, ended = false, key;
      function end(status) {
        if (ended) { return; }
        ended = true;
        clearTimeout(watch);
        if (status >= 200 && status < 300) { done(); return; }
        if ((status >= 400 && status < 500) || attempt >= TRIES) { failed(status); return; }
        attempt += 1;
        broken();
        later(attempt, once);
      }
      function alive() {
        clearTimeout(watch);
        watch = setTimeout(function () { request.abort(); end(0); }, STALLED_MS);
      }
      for (key in target.fields) {
        if (Object.prototype.hasOwnProperty.call(target.fields, key)) { body.append(key, target.fields[key]); }
      }
      body.append('file', blob, name);
      request.open('POST', target.url);
      request.upload.onprogress = function (event) {
        alive();
        if (event.lengthComputable) { progress(Math.floor(event.loaded / event.total * 10) * 10); }
      };
      request.onload = function () { end(request.status); };
      request.onerror = request.onabort = function () { end(0); };
      alive();
      request.send(body);
    }
    once();
  }

  function start(form) {
    var input = form.querySelector('input[type="file"]'), status = form.querySelector('[role="status"]');
    var alarm = find('upload-problems'), words = find('upload-words'), busy = false, data;
    if (!window.FormData || !words || !input) { return; }
    data = words.dataset;
    input.multiple = Number(data.most) > 1;

    function complain(text) {
      alarm.appendChild(document.createTextNode(text));
      alarm.appendChild(document.createElement('br'));
    }

    function taken(name, address, done) {
      var attempt = 0;
      (function ask() {
        load(address, function (page) {
          var next = page.getElementById('upload-words');
          takeList(page);
          if (summaryOf(page)) { complain(name + ': ' + summaryOf(page)); }
          data.target = next ? next.dataset.target : '';
          data.most = next ? next.dataset.most : '0';
          done();
        }, function () {
          attempt += 1;
          if (attempt > TRIES) { complain(fill(data.failed, name)); done(); return; }
          say(status, fill(data.broken, name));
          later(attempt, ask);
        });
      }());
    }

    /* There is room for no more: the form goes, its heading stays. */
    function putAway() {
      var heading = form.querySelector('h1'), news = find('files-news');
      if (heading) { news.parentNode.insertBefore(heading, news); }
      say(news, status.textContent);
      form.hidden = true;
    }

    function finish() {
      busy = false;
      input.value = '';
      say(status, alarm.textContent ? '' : data.finished);
      if (!data.target) { putAway(); }
      watch(1);
    }

    function next(queue) {
      var file = queue.shift(), target;
      if (!file || !data.target) {
        if (file) { complain(data.many); }
        finish();
        return;
      }
      if (file.size > Number(input.dataset.maxBytes)) {
        complain(file.name + ': ' + input.dataset.tooLarge);
        next(queue);
        return;
      }
      target = JSON.parse(data.target);
      say(status, fill(data.sending, file.name, 0));
      smaller(file, function (blob) {
        send(target, blob, file.name,
          function (percent) { say(status, fill(data.sending, file.name, percent)); },
          function () { taken(file.name, data.taken + target.file, function () { next(queue); }); },
          function () { say(status, fill(data.broken, file.name)); },
          function () { complain(fill(data.failed, file.name)); next(queue); });
      });
    }

    /* The button and not the form's submit, which happens once only. */
    form.querySelector('button').addEventListener('click', function (event) {
      var queue = Array.prototype.slice.call(input.files || []);
      if (!queue.length) { return; }
      event.preventDefault();
      if (busy) { return; }
      busy = true;
      alarm.textContent = '';
      next(queue);
    });
  }

  /* As long as a file is being checked, look again now and then; nobody has to wait for it. */
  function watch(round) {
    var list = find('files');
    if (!list || !list.querySelector('[data-checking]') || round > 20) { return; }
    setTimeout(function () {
      load(window.location.href.split('#')[0], function (page) {
        var before = list.querySelectorAll('[data-checking]').length;
        takeList(page);
        if (list.querySelectorAll('[data-checking]').length < before) {
          say(find('files-news'), list.getAttribute('data-checked'));
        }
        watch(round + 1);
      }, function () { watch(round + 1); });
    }, Math.min(1500 * round, 15000));
  }

  if (find('upload')) { start(find('upload')); }
  watch(1);
}());
