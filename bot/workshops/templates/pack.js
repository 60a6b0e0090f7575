// Searches in the page. ECMAScript 5 and old DOM calls alone: it must run on a phone of 2013.
(function () {
  'use strict';
  var form = document.getElementById('search');
  var box = document.getElementById('words');
  var said = document.getElementById('said');
  var entries = document.querySelectorAll('.entry');
  var sections = document.querySelectorAll('.entries');
  var texts = [];
  // What one letter of these stands for, where the browser cannot take letters apart.
  var alike = {
    'àáâãäåāăą': 'a', 'çćč': 'c', 'èéêëēęě': 'e', 'ìíîïī': 'i', 'ñńň': 'n', 'òóôõöōő': 'o',
    'ùúûüūůű': 'u', 'ýÿ': 'y', 'šś': 's', 'žźż': 'z', 'أإآٱ': 'ا', 'ؤ': 'و', 'ئ': 'ي'
  };
  // Accents, vowel signs of Arabic, and the stroke that draws words out.
  var marks = /[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]/g;
  var single = {};
  var group, at;
  for (group in alike) {
    for (at = 0; at < group.length; at++) { single[group.charAt(at)] = alike[group]; }
  }

  // As index/languages.py folds a text: small, without accents, Arabic letter variants made one.
  function fold(text) {
    if (text.normalize) { text = text.normalize('NFKD'); }
    return text.toLowerCase().replace(marks, '').replace(/[^\u0000-\u007f]/g, function (sign) {
      return single[sign] || sign;
    }).replace(/ى/g, 'ي').replace(/ة/g, 'ه');
  }

  // The words of a query: without the Arabic article and what is written to it, without an s.
  function wordsOf(query) {
    var parts = fold(query).split(/[\s.,;:!?؟،؛()"'’«»“”\/-]+/);
    var kept = [];
    var i, word;
    for (i = 0; i < parts.length; i++) {
      word = parts[i].replace(/^(?:[وفبك]?ال|لل)(?=..)/, '');
      if (word.length > 4) { word = word.replace(/s$/, ''); }
      if (word.length > 2 || (word && parts.length === 1)) { kept.push(word); }
    }
    return kept;
  }

  function score(text, words) {
    var held = 0;
    for (var i = 0; i < words.length; i++) {
      if (text.indexOf(words[i]) >= 0) { held++; }
    }
    return held;
  }

  function show(words) {
    var best = 0;
    var number = 0;
    var scores = [];
    var i, j, inside, shown;
    for (i = 0; i < texts.length; i++) {
      scores.push(score(texts[i], words));
      best = Math.max(best, scores[i]);
    }
    for (i = 0; i < entries.length; i++) {
      shown = !words.length || (best > 0 && scores[i] === best);
      entries[i].style.display = shown ? '' : 'none';
      if (shown) { number++; }
    }
    for (i = 0; i < sections.length; i++) {
      inside = sections[i].querySelectorAll('.entry');
      shown = false;
      for (j = 0; j < inside.length; j++) {
        if (inside[j].style.display !== 'none') { shown = true; }
      }
      sections[i].style.display = shown ? '' : 'none';
    }
    said.textContent = !words.length ? ''
      : number ? said.getAttribute('data-found').replace('{number}', number)
        : said.getAttribute('data-nothing');
  }

  function look() { show(wordsOf(box.value)); }

  for (at = 0; at < entries.length; at++) { texts.push(fold(entries[at].textContent)); }
  form.removeAttribute('hidden');
  form.onsubmit = function () { look(); box.blur(); return false; };
  box.onkeyup = look;
  box.oninput = look;
  look();
})();
