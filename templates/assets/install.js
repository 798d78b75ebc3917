/* The installer's page without network: every finished device is kept on the telephone and sent as soon as there is
   a network. Codes are read from a photo of the label where the browser can. ES5 only. */
(function () {
  'use strict';

  var root = document.getElementById('install'), form = document.getElementById('install-form');
  if (!root || !form || !window.XMLHttpRequest || !window.JSON || !window.FormData) { return; }

  var page = root.getAttribute('data-page'), words = root.dataset, list = find('install-list');
  var KEY = 'installer:' + page, SIDE = 1280, QUALITY = 0.7, TRY_AGAIN_MS = 20000, LOOK_MS = 5000, LOOKS = 24, MOST_SHOWN = 200;
  var devices = [], csrf = '', sending = false, photo = null, memory = {}, ended = false;

  function find(id) { return document.getElementById(id); }

  function say(element, text) { if (element.textContent !== text) { element.textContent = text; } }

  function plain(text) { return String(text || '').toLowerCase().replace(/[^a-z0-9]/g, ''); }

  /* What was done lies in localStorage by its number, photos in IndexedDB, since they are large. */
  function load() {
    try { return JSON.parse(window.localStorage.getItem(KEY)) || []; } catch (problem) { return memory.work || []; }
  }

  function save(work) {
    memory.work = work;
    try { window.localStorage.setItem(KEY, JSON.stringify(work)); } catch (problem) { memory.full = true; }
  }

  function photos(mode, use, failed) {
    var request = window.indexedDB ? window.indexedDB.open('installer', 1) : null;
    if (!request) { failed(); return; }
    request.onupgradeneeded = function () { request.result.createObjectStore('photos'); };
    request.onerror = failed;
    request.onsuccess = function () {
      use(request.result.transaction('photos', mode).objectStore('photos'));
    };
  }

  function keepPhoto(id, data, done) {
    memory[id] = data;
    photos('readwrite', function (store) {
      var put = store.put(data, KEY + id);
      put.onsuccess = put.onerror = done;
    }, done);
  }

  function takePhoto(id, done) {
    if (memory[id]) { done(memory[id]); return; }
    photos('readonly', function (store) {
      var got = store.get(KEY + id);
      got.onsuccess = function () { done(got.result); };
      got.onerror = function () { done(null); };
    }, function () { done(null); });
  }

  function dropPhoto(id) {
    delete memory[id];
    photos('readwrite', function (store) { store['delete'](KEY + id); }, function () { return; });
  }

  /* done(status, answer); status 0: no network */
  function ask(method, address, body, done) {
    var request = new XMLHttpRequest(), over = false;
    function end(status) {
      var answer = null;
      if (over) { return; }
      over = true;
      try { answer = JSON.parse(request.responseText); } catch (problem) { answer = null; }
      done(status, answer);
    }
    request.open(method, address);
    request.setRequestHeader('Accept', 'application/json');
    if (body !== null) { request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded'); }
    request.timeout = 30000;
    request.onload = function () { end(request.status); };
    request.onerror = request.ontimeout = request.onabort = function () { end(0); };
    request.send(body);
  }

  function encoded(fields) {
    var parts = [], name;
    for (name in fields) {
      if (Object.prototype.hasOwnProperty.call(fields, name)) {
        parts.push(encodeURIComponent(name) + '=' + encodeURIComponent(fields[name]));
      }
    }
    return parts.join('&');
  }

  /* What this browser's forms carry changes with its session, so it is asked for before anything is sent. */
  function refresh(done) {
    ask('GET', page + '?data=1', null, function (status, answer) {
      if (status === 200 && answer) {
        csrf = answer.csrf;
        devices = answer.devices;
        try { window.localStorage.setItem(KEY + ':list', JSON.stringify(devices)); } catch (problem) { memory.full = true; }
      }
      ended = status === 404;
      done(status === 200 && !!answer);
    });
  }

  function known(code) {
    var wanted = plain(code), parts = String(code).split(':'), n, one;
    if (parts.length >= 4 && parts[0].toUpperCase() === 'LW') { wanted = plain(parts[3]); }
    for (n = 0; n < devices.length; n += 1) {
      one = devices[n];
      if (plain(one.thing) === wanted || plain(parts[parts.length - 1]) === plain(one.thing)) { return one; }
      if (wanted && (' ' + one.codes + ' ').indexOf(' ' + wanted + ' ') >= 0) { return one; }
    }
    return null;
  }

  function button(text, action) {
    var made = document.createElement('button');
    made.type = 'button';
    made.className = 'govuk-button govuk-button--secondary';
    made.textContent = text;
    made.addEventListener('click', action);
    return made;
  }

  function picker(id, text, chosen) {
    var label = document.createElement('label'), input = document.createElement('input'), place = find(id);
    label.className = 'govuk-label';
    label.htmlFor = id + '-file';
    label.textContent = text;
    input.type = 'file';
    input.id = id + '-file';
    input.className = 'govuk-file-upload install-file';
    input.accept = 'image/*';
    input.setAttribute('capture', 'environment');
    input.addEventListener('change', function () { if (input.files && input.files[0]) { chosen(input.files[0], input); } });
    place.appendChild(label);
    place.appendChild(input);
  }

  function picture(file, done) {
    var reader = new FileReader();
    reader.onerror = function () { done(null); };
    reader.onload = function () {
      var image = new Image();
      image.onload = function () { done(image); };
      image.onerror = function () { done(null); };
      image.src = reader.result;
    };
    reader.readAsDataURL(file);
  }

  function scan(file) {
    var told = find('install-found');
    picture(file, function (image) {
      if (!image || !window.BarcodeDetector) { say(told, words.noCode); return; }
      new window.BarcodeDetector().detect(image).then(function (codes) {
        if (!codes.length) { say(told, words.noCode); return; }
        form.elements.code.value = codes[0].rawValue;
        showFound();
      }, function () { say(told, words.noCode); });
    });
  }

  function showFound() {
    var code = form.elements.code.value, one = code ? known(code) : null;
    say(find('install-found'), one ? one.name + ' · ' + one.kind : (code && devices.length ? words.unknown : ''));
    return one;
  }

  function smaller(file, done) {
    picture(file, function (image) {
      var canvas = document.createElement('canvas'), scale;
      if (!image) { done(null); return; }
      scale = Math.min(1, SIDE / Math.max(image.width, image.height));
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      done(canvas.toDataURL('image/jpeg', QUALITY));
    });
  }

  function blobOf(data) {
    var raw = window.atob(data.split(',')[1]), bytes = new Uint8Array(raw.length), n;
    for (n = 0; n < raw.length; n += 1) { bytes[n] = raw.charCodeAt(n); }
    return new Blob([bytes], {type: 'image/jpeg'});
  }

  function show() {
    var work = load(), waiting = 0, n;
    while (list.firstChild) { list.removeChild(list.firstChild); }
    for (n = work.length - 1; n >= 0; n -= 1) {
      if (work[n].state !== 'sent' || work[n].photo) { waiting += 1; }
      list.appendChild(line(work[n]));
    }
    if (find('install-none') && work.length) { find('install-none').hidden = true; }
    say(find('install-net'), ended ? words.ended : (navigator.onLine === false ? words.offline : words.online) +
      (waiting ? ' ' + words.waiting.replace('{n}', String(waiting)) : ''));
    find('install-net').setAttribute('data-waiting', String(waiting));
  }

  function line(one) {
    var item = document.createElement('li'), name = document.createElement('strong'), text = document.createElement('p');
    item.setAttribute('data-thing', one.thing || one.fields.code);
    item.setAttribute('data-state', one.state);
    item.setAttribute('data-seen', one.seen ? '1' : '0');
    name.textContent = one.name || one.fields.code;
    text.className = 'govuk-body' + (one.seen ? ' install-good' : '');
    text.textContent = one.said || words.keptHere;
    item.appendChild(name);
    item.appendChild(text);
    if (one.state === 'sent' && !one.seen) { item.appendChild(button(words.again, function () { look(one.id, LOOKS); })); }
    if (one.state === 'failed') { item.appendChild(button(words.remove, function () { remove(one.id); })); }
    return item;
  }

  function change(id, values) {
    var work = load(), n, name;
    for (n = 0; n < work.length; n += 1) {
      if (work[n].id === id) {
        for (name in values) { if (Object.prototype.hasOwnProperty.call(values, name)) { work[n][name] = values[name]; } }
      }
    }
    save(work);
    show();
  }

  function remove(id) {
    var work = load(), left = [], n;
    for (n = 0; n < work.length; n += 1) { if (work[n].id !== id) { left.push(work[n]); } }
    dropPhoto(id);
    save(left);
    show();
  }

  function firstWaiting() {
    var work = load(), n;
    for (n = 0; n < work.length; n += 1) {
      if (work[n].state === 'waiting' || (work[n].state === 'sent' && work[n].photo)) { return work[n]; }
    }
    return null;
  }

  function send() {
    if (sending || navigator.onLine === false || !firstWaiting()) { show(); return; }
    sending = true;
    refresh(function (reached) {
      if (reached) { next(); } else { sending = false; show(); }
    });
  }

  function next() {
    var one = firstWaiting();
    if (!one) { sending = false; show(); return; }
    if (one.state === 'sent') { sendPhoto(one); return; }
    one.fields._csrf = csrf;
    ask('POST', page, encoded(one.fields), function (status, answer) {
      if (status === 200 && answer) {
        change(one.id, {state: 'sent', thing: answer.thing, name: answer.name, said: answer.said, seen: answer.seen});
        look(one.id, LOOKS);
        next();
      } else if (status === 422 || status === 409) {
        change(one.id, {state: 'failed', photo: false, said: words.failed + ' ' + reason(answer)});
        next();
      } else {
        sending = false;
        ended = status === 404;
        show();
      }
    });
  }

  function reason(answer) {
    var fields = answer && answer.fields ? answer.fields : {}, name;
    for (name in fields) { if (Object.prototype.hasOwnProperty.call(fields, name)) { return fields[name]; } }
    return answer ? answer.message : '';
  }

  /* Sending the same again would not help; anything else is tried again later. */
  function isFinal(status) { return status >= 400 && status < 500 && status !== 408 && status !== 429; }

  /* Straight to the storage, as any file; then the page is told its number. */
  function sendPhoto(one) {
    function lost() { change(one.id, {photo: false, said: words.photoFailed}); next(); }
    function failed(status) {
      if (isFinal(status)) { lost(); return; }
      sending = false;
      show();
    }
    takePhoto(one.id, function (data) {
      if (!data) { lost(); return; }
      ask('GET', page + '?photo=' + encodeURIComponent(one.thing), null, function (status, target) {
        var body = new FormData(), request = new XMLHttpRequest(), name;
        if (status !== 200 || !target) { failed(status); return; }
        for (name in target.fields) {
          if (Object.prototype.hasOwnProperty.call(target.fields, name)) { body.append(name, target.fields[name]); }
        }
        body.append('file', blobOf(data), one.thing + '.jpg');
        request.open('POST', target.url);
        request.onerror = function () { failed(0); };
        request.onload = function () {
          var fields = {_csrf: csrf, thing: one.thing, photo: target.file};
          if (request.status >= 300) { failed(request.status); return; }
          ask('POST', page, encoded(fields), function (told) {
            if (told === 200) { dropPhoto(one.id); change(one.id, {photo: false}); next(); return; }
            failed(told);
          });
        };
        request.send(body);
      });
    });
  }

  function look(id, times) {
    var work = load(), one = null, n;
    for (n = 0; n < work.length; n += 1) { if (work[n].id === id) { one = work[n]; } }
    if (!one || one.seen || times < 1 || navigator.onLine === false) { return; }
    ask('GET', page + '?check=' + encodeURIComponent(one.thing), null, function (status, answer) {
      if (status === 200 && answer) { change(id, {said: answer.said, seen: answer.seen, name: answer.name}); }
      if (!answer || !answer.seen) { setTimeout(function () { look(id, times - 1); }, LOOK_MS); }
    });
  }

  function finish(event) {
    var fields = {}, names = ['code', 'lat', 'lon', 'address', 'area', 'department', 'title'], one = showFound(), work, id, n, data;
    event.preventDefault();
    for (n = 0; n < names.length; n += 1) {
      if (form.elements[names[n]]) { fields[names[n]] = form.elements[names[n]].value; }
    }
    if (!fields.code || (devices.length && !one)) { say(find('install-found'), words.unknown); form.elements.code.focus(); return; }
    if (!fields.lat && !fields.address) { say(find('install-where'), words.noPlace); form.elements.address.focus(); return; }
    fields.done = new Date().toISOString();
    id = String(new Date().getTime()) + String(Math.random()).slice(2, 6);
    data = photo;
    work = load();
    work.push({id: id, state: 'waiting', fields: fields, name: one ? one.name : fields.code, thing: one ? one.thing : '', photo: !!data});
    forget(work);
    function kept() { save(work); ready(); show(); send(); }
    if (data) { keepPhoto(id, data, kept); } else { kept(); }
  }

  /* Of a long list the oldest that is sent goes, never one that waits. */
  function forget(work) {
    var n;
    for (n = 0; work.length > MOST_SHOWN && n < work.length; n += 1) {
      if (work[n].state === 'sent' && !work[n].photo) { work.splice(n, 1); return; }
    }
  }

  /* The form is empty again for the next device; the area and the department stay. */
  function ready() {
    var names = ['code', 'lat', 'lon', 'address', 'title'], changed = document.createEvent('Event'), n;
    for (n = 0; n < names.length; n += 1) { form.elements[names[n]].value = ''; }
    changed.initEvent('change', true, false);
    form.elements.lat.dispatchEvent(changed);  // the plan takes its pin away
    photo = null;
    find('install-photo-file').value = '';
    find('install-scan-file').value = '';
    say(find('install-where'), '');
    say(find('install-found'), words.keptHere);
    form.elements.code.focus();
  }

  function begin() {
    var taken = document.createElement('p');
    picker('install-scan', words.scan, scan);
    picker('install-photo', words.photo, function (file) {
      smaller(file, function (data) { photo = data; say(taken, data ? words.photoReady : words.photoFailed); });
    });
    taken.className = 'govuk-body';
    taken.setAttribute('role', 'status');
    find('install-photo').appendChild(taken);
    try { devices = JSON.parse(window.localStorage.getItem(KEY + ':list')) || []; } catch (problem) { devices = []; }
    /* While typing, and not afterwards: a line that appears under a finger moves the button that it wants. */
    form.elements.code.addEventListener('input', showFound);
    /* The button and not the form's submit, which happens once only. */
    form.querySelector('button[type="submit"]').addEventListener('click', finish);
    window.addEventListener('online', send);
    window.addEventListener('offline', show);
    setInterval(send, TRY_AGAIN_MS);
    refresh(function () { show(); send(); });
    keepForLater();
  }

  function keepForLater() {
    if (!navigator.serviceWorker) { return; }
    navigator.serviceWorker.register(words.worker).then(function () {
      if (!window.caches) { return null; }
      return window.caches.open('installer-1').then(function (store) {
        return store.addAll([page].concat(words.kept.split(' ')));
      }).then(function () { root.setAttribute('data-ready', '1'); });
    }, function () { return; });
  }

  show();
  begin();
}());
