/* One line puts the chat on a site: <script src="https://HOST/embed.js" async></script>
   It adds a button; the chat is fetched only when somebody presses it. */
(function () {
  'use strict';
  var d = document, script = d.currentScript, labels = LABELS;
  if (!script) return;
  var base = script.src.replace(/\/embed\.js.*$/, '');
  var language = (d.documentElement.lang || navigator.language || 'en').slice(0, 2).toLowerCase();
  var says = labels[language] || labels.en;
  var side = d.documentElement.dir === 'rtl' ? 'left' : 'right';
  var button = d.createElement('button'), frame = null;

  function style(element, rules) {
    for (var name in rules) element.style[name] = rules[name];
  }

  function show(open) {
    if (open && !frame) {
      frame = d.createElement('iframe');
      frame.src = base + '/chat' + (labels[language] ? '?lang=' + language : '');
      frame.title = says[0];
      frame.setAttribute('allow', 'web-share; clipboard-write');
      frame.setAttribute('referrerpolicy', 'no-referrer');
      style(frame, {
        position: 'fixed', bottom: '72px', width: '400px', maxWidth: 'calc(100vw - 24px)',
        height: 'calc(100vh - 96px)', maxHeight: '640px', border: '1px solid #878f8b',
        borderRadius: '12px', background: '#f6f4ef', zIndex: 2147483000
      });
      frame.style[side] = '12px';
      d.body.insertBefore(frame, button.nextSibling);
    }
    if (frame) frame.style.display = open ? 'block' : 'none';
    button.textContent = open ? says[1] : says[0];
    button.setAttribute('aria-expanded', open ? 'true' : 'false');
    if (open) frame.focus();
  }

  function start() {
    button.type = 'button';
    style(button, {
      position: 'fixed', bottom: '12px', minHeight: '48px', padding: '0 20px', border: '0',
      borderRadius: '24px', background: '#0b5d55', color: '#fff', font: 'bold 16px sans-serif',
      cursor: 'pointer', boxShadow: '0 2px 8px rgba(0,0,0,.35)', zIndex: 2147483001
    });
    button.style[side] = '12px';
    button.onclick = function () { show(button.getAttribute('aria-expanded') !== 'true'); };
    d.addEventListener('keydown', function (event) {
      if (event.keyCode === 27 && frame && frame.style.display !== 'none') { show(false); button.focus(); }
    });
    d.body.appendChild(button);
    show(false);
  }

  if (d.body) start(); else d.addEventListener('DOMContentLoaded', start);
}());
