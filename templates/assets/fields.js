/* Questions with more comfort: a box to type in for long lists, a plan to click for places. Both only write into inputs
   that are there without them. ES5 and what browsers of 2018 have. */
(function () {
  'use strict';

  var MOST_SHOWN = 50;

  function each(list, action) { Array.prototype.forEach.call(list, action); }

  function make(tag, className, text) {
    var element = document.createElement(tag);
    if (className) { element.className = className; }
    if (text) { element.textContent = text; }
    return element;
  }

  /* Words as they are compared: no case, no accents, full-width signs as plain ones, no blanks at the ends. */
  function plain(text) {
    var found = text.toLowerCase().trim();
    return found.normalize ? found.normalize('NFKD').replace(/[\u0300-\u036f]/g, '') : found;
  }

  /* A long list: an editable combobox with a list of what fits (WAI-ARIA Authoring Practices, combobox with list
     autocomplete). The select stays the form's control and holds the answer. */
  function typeahead(select) {
    var options = [];
    each(select.options, function (option) {
      if (option.value) { options.push({ text: option.text, key: plain(option.text), index: option.index }); }
    });
    var id = select.id;
    var box = make('input', 'govuk-input');
    var list = make('ul', 'townkit-options');
    var status = make('div', 'govuk-visually-hidden');
    var wrapper = make('div', 'townkit-typeahead');
    var shown = [];
    var active = -1;

    box.type = 'text';
    box.id = id;
    box.setAttribute('role', 'combobox');
    box.setAttribute('aria-autocomplete', 'list');
    box.setAttribute('aria-expanded', 'false');
    box.setAttribute('aria-controls', id + '-options');
    box.setAttribute('autocomplete', 'off');
    box.setAttribute('spellcheck', 'false');
    if (select.getAttribute('aria-describedby')) {
      box.setAttribute('aria-describedby', select.getAttribute('aria-describedby'));
    }
    if (select.className.indexOf('govuk-select--error') >= 0) { box.className += ' govuk-input--error'; }
    if (select.selectedIndex > 0) { box.value = select.options[select.selectedIndex].text; }
    list.id = id + '-options';
    list.setAttribute('role', 'listbox');
    list.hidden = true;
    status.setAttribute('role', 'status');
    var label = document.querySelector('label[for="' + id + '"]');
    if (label) {
      label.id = label.id || id + '-label';
      list.setAttribute('aria-labelledby', label.id);
    }

    function close() {
      list.hidden = true;
      active = -1;
      box.setAttribute('aria-expanded', 'false');
      box.removeAttribute('aria-activedescendant');
    }

    function choose(option) {
      select.selectedIndex = option.index;
      box.value = option.text;
      close();
    }

    function exact() {
      var wanted = plain(box.value);
      var same = options.filter(function (option) { return option.key === wanted; });
      return same.length ? same[0] : null;
    }

    function mark(place) {
      each(list.children, function (item, index) {
        item.setAttribute('aria-selected', index === place ? 'true' : 'false');
        item.classList.toggle('townkit-options__active', index === place);
      });
      active = place;
      if (place >= 0) {
        box.setAttribute('aria-activedescendant', id + '-option-' + place);
        var item = list.children[place];
        if (item.offsetTop < list.scrollTop) { list.scrollTop = item.offsetTop; }
        if (item.offsetTop + item.offsetHeight > list.scrollTop + list.clientHeight) {
          list.scrollTop = item.offsetTop + item.offsetHeight - list.clientHeight;
        }
      } else {
        box.removeAttribute('aria-activedescendant');
      }
    }

    function open(all) {
      var wanted = all ? '' : plain(box.value);
      var begin = [];
      var inside = [];
      options.forEach(function (option) {
        var place = option.key.indexOf(wanted);
        if (place === 0) { begin.push(option); } else if (place > 0) { inside.push(option); }
      });
      shown = begin.concat(inside);
      var more = shown.length > MOST_SHOWN;
      var total = shown.length;
      shown = shown.slice(0, MOST_SHOWN);
      list.textContent = '';
      shown.forEach(function (option, index) {
        var item = make('li', 'townkit-options__item', option.text);
        item.id = id + '-option-' + index;
        item.setAttribute('role', 'option');
        item.addEventListener('mousedown', function (event) {
          event.preventDefault();
          choose(option);
        });
        list.appendChild(item);
      });
      list.hidden = !shown.length;
      box.setAttribute('aria-expanded', shown.length ? 'true' : 'false');
      status.textContent = total ? select.dataset.found.replace('{n}', total) + (more ? '. ' + select.dataset.more : '')
        : select.dataset.none;
      mark(-1);
    }

    function keep() {
      var option = exact();
      select.selectedIndex = option ? option.index : 0;
    }

    box.addEventListener('input', function () { keep(); open(false); });
    box.addEventListener('click', function () { if (list.hidden) { open(Boolean(exact())); } });
    box.addEventListener('blur', function () { keep(); close(); });
    box.addEventListener('keydown', function (event) {
      var key = event.key;
      if (key === 'ArrowDown' || key === 'Down' || key === 'ArrowUp' || key === 'Up') {
        event.preventDefault();
        if (list.hidden) { open(Boolean(exact())); }
        if (!shown.length) { return; }
        var step = key.indexOf('Down') >= 0 ? 1 : -1;
        mark(active < 0 && step < 0 ? shown.length - 1 : (active + step + shown.length) % shown.length);
      } else if (key === 'Enter' && active >= 0) {
        event.preventDefault();
        choose(shown[active]);
      } else if ((key === 'Escape' || key === 'Esc') && !list.hidden) {
        event.preventDefault();
        close();
      }
    });

    select.id = id + '-select';
    select.hidden = true;
    select.setAttribute('aria-hidden', 'true');
    select.tabIndex = -1;
    select.parentNode.insertBefore(wrapper, select);
    wrapper.appendChild(box);
    wrapper.appendChild(list);
    wrapper.appendChild(status);
  }

  /* A place: a plain plan of the city to click, or to move about on with the arrow keys. The inputs below it say the
     same. It is drawn here and needs no network. */
  function plan(group) {
    var lat = document.getElementById(group.dataset.lat);
    var lon = document.getElementById(group.dataset.lon);
    var sides = (group.dataset.bbox || '').split(' ').map(Number);
    var before = lat.closest('.govuk-form-group');
    var status = make('p', 'govuk-body');
    status.setAttribute('role', 'status');

    function write(y, x) {
      lat.value = y.toFixed(5);
      lon.value = x.toFixed(5);
      status.textContent = group.dataset.chosen + ': ' + lat.value + ', ' + lon.value;
      draw();
    }

    var draw = function () {};
    if (sides.length === 4 && sides[2] > sides[0] && sides[3] > sides[1]) {
      draw = picture(group, before, sides, lat, lon, write);
    }
    if (navigator.geolocation) {
      var button = make('button', 'govuk-button govuk-button--secondary', group.dataset.locate);
      button.type = 'button';
      button.addEventListener('click', function () {
        status.textContent = group.dataset.locating;
        navigator.geolocation.getCurrentPosition(function (found) {
          write(found.coords.latitude, found.coords.longitude);
          status.textContent += ' ' + group.dataset.about.replace('{m}', Math.round(found.coords.accuracy));
        }, function () {
          status.textContent = group.dataset.unknown;
        }, { enableHighAccuracy: true, timeout: 30000 });
      });
      before.parentNode.insertBefore(button, before);
    }
    before.parentNode.insertBefore(status, before);
    each([lat, lon], function (input) {
      input.addEventListener('change', function () {
        status.textContent = '';
        draw();
      });
    });
  }

  function svg(tag, attributes) {
    var element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    Object.keys(attributes).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    return element;
  }

  /* The city's box with lines at round degrees, drawn so that a metre is as long in both directions. */
  function picture(group, before, sides, lat, lon, write) {
    var west = sides[0];
    var south = sides[1];
    var east = sides[2];
    var north = sides[3];
    var shrink = Math.cos((south + north) / 2 * Math.PI / 180);
    var wide = 600;
    var high = Math.max(200, Math.min(900, wide * (north - south) / ((east - west) * shrink)));
    var area = svg('svg', { viewBox: '0 0 ' + wide + ' ' + high, 'class': 'townkit-plan', 'aria-hidden': 'true', focusable: 'false' });
    var caption = make('p', 'govuk-hint', group.dataset.title);
    var frame = make('div', 'townkit-plan-frame');
    var step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5].filter(function (size) {
      return (east - west) / size <= 8;
    })[0] || 10;
    function x(value) { return (value - west) / (east - west) * wide; }
    function y(value) { return (north - value) / (north - south) * high; }
    function line(from, to) {
      area.appendChild(svg('line', { x1: from[0], y1: from[1], x2: to[0], y2: to[1], 'class': 'townkit-plan__line' }));
    }
    function word(at, text) {
      var element = svg('text', { x: at[0], y: at[1], 'class': 'townkit-plan__word' });
      element.textContent = text;
      area.appendChild(element);
    }
    var digits = step < 0.01 ? 3 : step < 0.1 ? 2 : 1;
    var value;
    for (value = Math.ceil(west / step) * step; value < east; value += step) {
      line([x(value), 0], [x(value), high]);
      if (x(value) > wide / 20) { word([x(value) + 3, high - 6], value.toFixed(digits) + '°'); }
    }
    for (value = Math.ceil(south / step) * step; value < north; value += step) {
      line([0, y(value)], [wide, y(value)]);
      if (y(value) < high * 0.95) { word([4, y(value) - 4], value.toFixed(digits) + '°'); }
    }
    var centre = (group.dataset.centre || '').split(' ').map(Number);
    if (centre.length === 2) {
      area.appendChild(svg('circle', { r: 5, cx: x(centre[1]), cy: y(centre[0]), 'class': 'townkit-plan__centre' }));
      word([x(centre[1]) + 10, y(centre[0]) + 6], group.dataset.centreName);
    }
    var pin = svg('circle', { r: 9, 'class': 'townkit-plan__pin' });
    /* [longitude, latitude] that the inputs say, or null when there is none in the box. */
    function chosen() {
      var at = [Number(lon.value), Number(lat.value)];
      var known = lon.value && lat.value && at[0] >= west && at[0] <= east && at[1] >= south && at[1] <= north;
      return known ? at : null;
    }
    function draw() {
      var at = chosen();
      if (!at) { if (pin.parentNode) { area.removeChild(pin); } return; }
      pin.setAttribute('cx', x(at[0]));
      pin.setAttribute('cy', y(at[1]));
      area.appendChild(pin);
    }
    /* The first key puts the place in the middle, the next ones move it by a fiftieth, with Shift a tenth of that. */
    function move(event) {
      var way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      var at = chosen();
      var part = (east - west) / (event.shiftKey ? 500 : 50);
      if (!way || event.altKey || event.ctrlKey || event.metaKey) { return; }
      event.preventDefault();
      if (at) {
        write(Math.min(north, Math.max(south, at[1] + way[1] * part * shrink)),
          Math.min(east, Math.max(west, at[0] + way[0] * part)));
      } else {
        write(centre.length === 2 ? centre[0] : (south + north) / 2, centre.length === 2 ? centre[1] : (west + east) / 2);
      }
    }
    area.addEventListener('click', function (event) {
      var box = area.getBoundingClientRect();
      write(north - (event.clientY - box.top) / box.height * (north - south),
        west + (event.clientX - box.left) / box.width * (east - west));
    });
    before.parentNode.insertBefore(caption, before);
    frame.tabIndex = 0;
    frame.setAttribute('role', 'application');
    frame.setAttribute('aria-label', group.dataset.title);
    frame.addEventListener('keydown', move);
    frame.appendChild(area);
    before.parentNode.insertBefore(frame, before);
    draw();
    return draw;
  }

  each(document.querySelectorAll('select[data-typeahead]'), typeahead);
  each(document.querySelectorAll('[data-bbox]'), plan);
}());
