"""The script that keeps the installer's page and what it needs, and gives them out when there is no network.
Nothing else of the site is kept. It lies beside the pages because it may only look after what lies below it.
ES5."""

WORKER = """\
'use strict';
var STORE = 'installer-1';
function mine(url) {
  return url.origin === self.location.origin &&
    (url.pathname.indexOf('%(page)s') === 0 || url.pathname.indexOf('/assets/') === 0) &&
    !/[?&](check|data|photo)=/.test(url.search);
}
self.addEventListener('install', function () { self.skipWaiting(); });
self.addEventListener('activate', function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener('fetch', function (event) {
  var url = new URL(event.request.url);
  if (event.request.method !== 'GET' || !mine(url)) { return; }
  event.respondWith(fetch(event.request).then(function (answer) {
    var copy = answer.clone();
    if (answer.ok) { caches.open(STORE).then(function (store) { store.put(event.request, copy); }); }
    if (answer.status === 404) { caches.open(STORE).then(function (store) { store.delete(event.request); }); }
    return answer;
  }, function (problem) {
    return caches.match(event.request).then(function (kept) { if (kept) { return kept; } throw problem; });
  }));
});
"""
