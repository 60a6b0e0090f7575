// Fetches how far the job is every two seconds, and the whole page once it has ended.
(function () {
  'use strict';
  var job = document.getElementById('job');
  var said = '';
  function look() {
    fetch(job.dataset.from, { credentials: 'same-origin' }).then(function (response) {
      if (response.redirected || response.headers.get('X-Running') !== '1') {
        location.reload();
        return null;
      }
      return response.text();
    }).then(function (text) {
      if (text === null) { return; }
      if (text !== said) { job.innerHTML = said = text; }
      setTimeout(look, 2000);
    }).catch(function () { setTimeout(look, 5000); });
  }
  setTimeout(look, 1000);
}());
