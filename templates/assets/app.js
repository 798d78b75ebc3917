/* Progressive enhancement only: every page works without it. ES2015, no dependencies. */
(function () {
  'use strict';

  function each(selector, action) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), action);
  }

  /* Error summary: take the focus; its links move the focus into the field and show the question above it. */
  each('.govuk-error-summary', function (summary) {
    summary.setAttribute('tabindex', '-1');
    summary.focus();
    summary.addEventListener('click', function (event) {
      var link = event.target.closest('a[href^="#"]');
      var field = link && document.getElementById(link.getAttribute('href').slice(1));
      if (!field) { return; }
      event.preventDefault();
      var group = field.closest('fieldset') || field.closest('.govuk-form-group') || field;
      (group.querySelector('legend, label') || group).scrollIntoView();
      field.focus({ preventScroll: true });
    });
  });

  /* A message that appeared with the page is read out. */
  each('.govuk-notification-banner[role="alert"]', function (banner) {
    banner.setAttribute('tabindex', '-1');
    banner.focus();
  });

  /* Submit once; say that something is going on. The server refuses a second submit by itself. */
  each('form[data-once]', function (form) {
    var sent = false;
    form.addEventListener('submit', function (event) {
      if (event.defaultPrevented) { return; }
      if (sent) { event.preventDefault(); return; }
      sent = true;
      var status = form.querySelector('[role="status"]');
      if (status && form.dataset.busy) { status.textContent = form.dataset.busy; }
      each('#' + form.id + ' button', function (button) { button.setAttribute('aria-disabled', 'true'); });
    });
    /* The browser's back button may bring the page back as it was left. */
    window.addEventListener('pageshow', function (event) {
      if (!event.persisted) { return; }
      sent = false;
      var status = form.querySelector('[role="status"]');
      if (status) { status.textContent = ''; }
      each('#' + form.id + ' button', function (button) { button.removeAttribute('aria-disabled'); });
    });
  });

  /* A file that is too large is named before it is sent. */
  each('input[type="file"][data-max-bytes]', function (input) {
    var group = input.closest('.govuk-form-group');
    var message = document.createElement('p');
    message.className = 'govuk-error-message';
    message.id = input.id + '-size';
    message.setAttribute('role', 'alert');
    input.parentNode.insertBefore(message, input);
    function tooLarge() {
      var file = input.files && input.files[0];
      return Boolean(file && file.size > Number(input.dataset.maxBytes));
    }
    input.addEventListener('change', function () {
      var bad = tooLarge();
      message.textContent = bad ? input.dataset.tooLarge : '';
      if (group) { group.classList.toggle('govuk-form-group--error', bad); }
      if (bad) { input.setAttribute('aria-describedby', message.id); }
    });
    if (input.form) {
      input.form.addEventListener('submit', function (event) {
        if (tooLarge()) { event.preventDefault(); event.stopImmediatePropagation(); input.focus(); }
      }, true);
    }
  });
}());
