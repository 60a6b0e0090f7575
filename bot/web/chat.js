/* The chat page. Written for old phones: ES5, XMLHttpRequest, no library.
   What people write stays in this page's memory; only a random session id is in sessionStorage. */
(function () {
  'use strict';
  var RIGHT = /^[^A-Za-z\u00c0-\u024f\u0590-\u08ff]*[\u0590-\u08ff]/;  // begins right to left
  var BASE = '/chat', QUIET = 60000, FIRST = 5000, DEAD = 45000, PATIENCE = 60000, KEPT = 600000;
  var d = document, log = at('log'), box = at('text'), notice = at('notice');
  var texts = JSON.parse(at('texts').textContent);
  var queue = [];      // asked and not yet taken by the server, the oldest first
  var asked = {};      // by id: what a question's place on the page is
  var shown = {};      // ids of replies that are on the page
  var line = null;     // the open response
  var poll = false;    // something on the way holds back what is not whole
  var last = '', active = 0, pause = 1000, sending = false, building = null, roamed = false;
  if (!window.crypto || !crypto.getRandomValues || !log.dataset) return;
  var session = held();

  function at(id) { return d.getElementById(id); }
  function now() { return new Date().getTime(); }

  function random(bytes) {
    var made = crypto.getRandomValues(new Uint8Array(bytes)), text = '', n;
    for (n = 0; n < bytes; n++) text += ('0' + made[n].toString(16)).slice(-2);
    return text;
  }

  function held(fresh) {
    var kept = '';
    try { kept = sessionStorage.getItem('session') || ''; } catch (error) { kept = ''; }
    if (kept && !fresh) { active = now(); return kept; }
    kept = random(16);
    try { sessionStorage.setItem('session', kept); } catch (error) { /* this page alone has it */ }
    return kept;
  }

  function add(parent, name, text, kind) {
    var element = d.createElement(name);
    if (text) element.textContent = text;
    if (kind) element.className = kind;
    parent.appendChild(element);
    return element;
  }

  /* Asking. */

  function ask(kind, text, words, focus) {
    var item = { id: random(10), kind: kind, text: text, focus: focus, began: now() };
    item.place = add(log, 'div');
    if (words) {
      item.mine = add(item.place, 'p', '', 'mine');
      item.mine.dir = 'auto';
      add(item.mine, 'span', texts.you + ' ', 'unseen');
      item.mine.appendChild(d.createTextNode(words));
    }
    item.state = add(item.place, 'p', texts.sending, 'state');
    roamed = false;
    item.place.scrollIntoView();
    asked[item.id] = item;
    queue.push(item);
    active = now();
    pump();
    listen();
    return item;
  }

  function say(item, text) {
    if (item.state) item.state.textContent = text;
  }

  function settle(item) {
    if (item.state && item.state.parentNode) item.state.parentNode.removeChild(item.state);
    item.state = null;
  }

  function pump() {
    var item = queue[0], x;
    if (!item || sending) return;
    sending = true;
    x = new XMLHttpRequest();
    x.open('POST', BASE + '/messages');
    x.setRequestHeader('Content-Type', 'application/json');
    x.setRequestHeader('X-Session', session);
    x.timeout = 30000;
    x.onload = function () {
      sending = false;
      if (x.status === 202) taken(item);
      else if (x.status >= 400 && x.status < 500) refused(item, x);
      else again();
    };
    x.onerror = x.ontimeout = function () { sending = false; again(); };
    x.send(JSON.stringify({
      id: item.id, kind: item.kind, text: item.text, language: d.documentElement.lang
    }));
  }

  /* Out of the queue, which may have been emptied meanwhile: "Delete this chat" waits in it now. */
  function leave(item) {
    connected(true);
    queue = queue.filter(function (one) { return one !== item; });
  }

  function taken(item) {
    leave(item);
    item.text = '';
    say(item, texts.searching);
    active = item.began = now();
    listen();
    pump();
  }

  function refused(item, x) {
    var told = {};
    leave(item);
    try { told = JSON.parse(x.responseText); } catch (error) { told = {}; }
    say(item, told.error || texts.silent);
    if (asked[item.id] && item.kind === 'text' && !box.value) box.value = item.text;
    delete asked[item.id];
    pump();
  }

  function again() {
    connected(false);
    setTimeout(pump, pause);
    pause = Math.min(pause * 2, 30000);
  }

  function connected(yes) {
    var text = yes ? '' : texts.offline;
    if (yes) pause = 1000;
    if (notice.textContent !== text) notice.textContent = text;
  }

  /* Hearing: server-sent events over XMLHttpRequest, which unlike EventSource can send headers,
     so that the session stands in no address. The response is open only while an answer is due. */

  function wanted() {
    var id;
    for (id in asked) if (!asked[id].idle && now() - asked[id].began < KEPT) return true;
    return now() - active < QUIET;
  }

  function listen() {
    var x, read = 0, heard = now(), failed = false, watch;
    if (line || !wanted()) return;
    x = line = new XMLHttpRequest();
    x.open('GET', BASE + '/stream');
    x.setRequestHeader('X-Session', session);
    if (last) x.setRequestHeader('Last-Event-ID', last);
    if (poll) x.setRequestHeader('X-Poll', '1');
    x.onreadystatechange = x.onprogress = hear;
    x.onload = function () { hear(); failed = x.status !== 200; over(); };
    x.onerror = function () { failed = true; over(); };
    x.onabort = over;
    watch = setInterval(function () {
      var silent = now() - heard;
      if (!read && !poll && silent > FIRST) { poll = true; x.abort(); }
      else if (silent > DEAD) x.abort();
      tidy();
    }, 1000);
    x.send();

    function hear() {
      var text, end;
      if (x !== line || x.readyState < 3 || x.status !== 200) return;
      text = x.responseText;
      if (text.length > read) { heard = now(); if (!queue.length) connected(true); }
      while ((end = text.indexOf('\n\n', read)) >= 0) {
        took(text.slice(read, end));
        read = end + 2;
      }
    }

    function over() {
      clearInterval(watch);
      if (x !== line) return;
      line = building = null;
      tidy();
      if (!wanted()) return;
      if (failed) connected(false);
      setTimeout(listen, failed ? Math.min(pause, 8000) : 50);
      if (failed) pause = Math.min(pause * 2, 30000);
    }
  }

  function tidy() {
    var id, item;
    for (id in asked) {
      item = asked[id];
      if (!item.late && queue.indexOf(item) < 0 && now() - item.began > PATIENCE) {
        item.late = true;
        say(item, texts.silent);
      }
    }
  }

  function took(block) {
    var fields = {};
    block.split('\n').forEach(function (one) {
      var cut = one.indexOf(': ');
      if (cut > 0) fields[one.slice(0, cut)] = one.slice(cut + 2);
    });
    if (fields.event) EVENTS[fields.event](JSON.parse(fields.data), fields.id);
  }

  var EVENTS = {
    busy: function (told) { if (asked[told.to]) say(asked[told.to], texts.searching); },
    idle: function (told) {
      var item = asked[told.to];  // without a reply by then, there is none: too many were asked
      setTimeout(function () { if (item) { item.idle = true; settle(item); } }, 8000);
    },
    begin: begin,
    line: function (told) { if (building) paragraph(building, told); },
    end: end
  };

  function begin(told) {
    var item = asked[told.to] || { place: add(log, 'div') }, reply;
    building = null;
    if (shown[told.to]) return;
    asked[told.to] = item;
    if (item.reply) item.place.removeChild(item.reply);
    settle(item);
    reply = item.reply = add(item.place, 'div', '', 'reply');
    reply.lang = told.language;
    reply.dir = told.dir;
    reply.tabIndex = -1;
    reply.setAttribute('aria-busy', 'true');
    add(reply, 'span', texts.answer, 'unseen');
    building = item;
    follow(item);
  }

  /* Keep the question at the top while its answer grows, unless somebody scrolls elsewhere. */
  function follow(item) {
    if (!roamed) (item.mine || item.reply).scrollIntoView();
  }

  function paragraph(item, told) {
    var row;
    if (!told.spans.some(function (span) { return span[0]; })) return;
    row = add(item.reply, told.quote ? 'blockquote' : 'p');
    if (told.quote) row.dir = RIGHT.test(told.spans[0][0]) ? 'rtl' : 'ltr';
    told.spans.forEach(function (span) {
      var into = span[1] ? add(row, span[1]) : row, link;
      if (!span[2]) { into.appendChild(d.createTextNode(span[0])); return; }
      link = add(into, 'a', span[0]);
      link.href = span[2];
      link.target = '_blank';
      link.rel = 'noopener noreferrer';
      link.dir = 'auto';
    });
    follow(item);
  }

  function end(told, id) {
    var item = building, choices;
    building = null;
    if (!item) { seen(id); return; }
    shown[id] = true;
    active = now();
    if (told.file) attach(item.reply, told.file);
    if (told.buttons.length || told.link) choices = add(item.reply, 'div', '', 'choices');
    told.buttons.forEach(function (button) {
      var made = add(choices, 'button', button[0]);
      made.type = 'button';
      made.setAttribute('data-press', button[1]);
    });
    if (told.link) share(choices, told.link, item.reply.lang);
    item.reply.removeAttribute('aria-busy');
    follow(item);
    if (item.focus) item.reply.focus();
    seen(id, item.then);
    if (item.then) item.then();
    delete asked[id];
  }

  function seen(id, final) {
    var x;
    last = id;
    if (poll && !final) return;  // the next request says so
    x = new XMLHttpRequest();
    x.open('POST', BASE + '/seen');
    x.setRequestHeader('X-Session', session);
    x.setRequestHeader('Last-Event-ID', id);
    x.send();
  }

  function attach(reply, file) {
    var made;
    if (file.type.indexOf('image/') === 0) {
      made = add(reply, 'img');
      made.alt = file.caption;
      made.src = file.data;
    } else {
      made = add(add(reply, 'p'), 'a', file.caption || file.name);
      made.href = file.data;
      made.download = file.name;
    }
  }

  /* A link that shows the passages again: a language and their ids, nothing that anybody wrote. */

  function share(parent, data, language) {
    var made = add(parent, 'a', texts.share, 'share');
    made.href = BASE + '?lang=' + language + '&a=' + data.replace(/^more:/, '');
    made.target = '_blank';
    made.rel = 'noopener';
    made.addEventListener('click', function (event) {
      if (navigator.share) {
        event.preventDefault();
        navigator.share({ title: d.title, url: made.href }).then(null, function () {});
      } else if (navigator.clipboard) {
        event.preventDefault();
        navigator.clipboard.writeText(made.href).then(function () {
          notice.textContent = texts.copied;
          setTimeout(function () { connected(true); }, 6000);
        }, function () { window.open(made.href, '_blank', 'noopener'); });
      }
    });
  }

  /* The language: the page is fetched anew, and its texts put in place of those here. */

  function speak(code) {
    var x = new XMLHttpRequest();
    x.open('GET', BASE + '?lang=' + code);
    x.responseType = 'document';
    x.onload = function () { if (x.status === 200 && x.response) swap(x.response, code); };
    x.onerror = function () { connected(false); };
    x.send();
  }

  function swap(page, code) {
    var root = d.documentElement;
    each(page, '[data-swap]', function (from) {
      var to = d.querySelector('[data-swap="' + from.getAttribute('data-swap') + '"]');
      if (from.id === 'log') { to.setAttribute('aria-label', from.getAttribute('aria-label')); return; }
      to.innerHTML = '';
      while (from.firstChild) to.appendChild(d.adoptNode(from.firstChild));
    });
    root.lang = page.documentElement.lang;
    root.dir = page.documentElement.dir;
    texts = JSON.parse(at('texts').textContent);
    each(d, '[data-lang]', function (link) {
      if (link.getAttribute('data-lang') === code) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    });
    if (history.replaceState) history.replaceState(null, '', BASE + '?lang=' + code);
  }

  function each(root, wanted, act) {
    Array.prototype.forEach.call(root.querySelectorAll(wanted), act);
  }

  function spoken(code) { return !!d.querySelector('[data-lang="' + code + '"]'); }

  /* What people do. */

  function submit(event) {
    var text = box.value.trim();
    if (event) event.preventDefault();
    if (!text) { box.focus(); return; }
    box.value = '';
    grow();
    if ('ontouchstart' in window) box.blur();
    if (text.charAt(0) === '/' && text.length > 1) ask('command', text.slice(1), text);
    else ask('text', text, text);
  }

  function grow() {
    box.style.height = 'auto';
    box.style.height = box.scrollHeight + 2 + 'px';
  }

  at('ask').addEventListener('submit', submit);
  box.addEventListener('keydown', function (event) {
    if (event.keyCode === 13 && !event.shiftKey && !event.isComposing) submit(event);
  });
  box.addEventListener('input', grow);
  ['wheel', 'touchmove'].forEach(function (name) {
    window.addEventListener(name, function () { roamed = true; });
  });
  log.addEventListener('click', function (event) {
    var data = event.target.getAttribute('data-press'), words = event.target.getAttribute('data-ask');
    var code = data && /^language:(\w+)$/.exec(data);
    if (words) ask('text', words, words, true);
    if (!data) return;
    if (code && spoken(code[1])) speak(code[1]);
    ask('button', data, event.target.textContent, true);
  });
  at('tongue').addEventListener('click', function (event) {
    var code = event.target.getAttribute('data-lang');
    if (!code) return;
    event.preventDefault();
    at('tongue').open = false;
    d.querySelector('#tongue summary').focus();
    speak(code);
    ask('command', 'language ' + code);
  });
  at('delete').addEventListener('click', function () {
    var id;
    for (id in asked) shown[id] = true;  // what is still answered of it is not shown any more
    each(log, ':scope > div:not(.card)', function (one) { log.removeChild(one); });
    queue = [];
    asked = {};
    box.value = '';
    ask('command', 'forget', '', true).then = function () {
      session = held(true);
      last = '';
      if (line) line.abort();
    };
  });
  d.addEventListener('keydown', function (event) {
    if (event.keyCode >= 33 && event.keyCode <= 40 && event.target !== box) roamed = true;
    if (event.keyCode !== 27) return;
    each(d, 'details[open]', function (one) {
      one.open = false;
      one.querySelector('summary').focus();
    });
  });
  each(d, 'header details', function (one) {
    one.addEventListener('toggle', function () {
      if (one.open) each(d, 'details[open]', function (other) { if (other !== one) other.open = false; });
    });
  });
  window.addEventListener('offline', function () { connected(false); });
  window.addEventListener('online', function () { connected(true); pump(); listen(); });
  if (navigator.onLine === false) connected(false);
  var reopened = /[?&]a=([a-z]{2,3}:[\w,-]{1,60})(&|$)/.exec(location.search.replace(/%3A/gi, ':').replace(/%2C/gi, ','));
  var workshop = /[?&]w=([\w-]{1,64})(&|$)/.exec(location.search);
  if (reopened) ask('button', 'more:' + reopened[1]);
  else if (workshop) {
    ask('command', 'start ' + workshop[1]);
    if (history.replaceState) history.replaceState(null, '', BASE + '?lang=' + d.documentElement.lang);
  }
  else if (active) listen();
}());
