'use strict';
// Questions answer themselves when a choice is made; command lines can be copied.
for (const quiz of document.querySelectorAll('.quiz')) {
  quiz.addEventListener('change', (event) => {
    const answer = quiz.dataset.answer;
    for (const label of quiz.querySelectorAll('label')) {
      const input = label.querySelector('input');
      label.classList.toggle('right', input.value === answer);
      label.classList.toggle('wrong', input.checked && input.value !== answer);
    }
    const reason = quiz.querySelector('.reason');
    reason.querySelector('strong').textContent = event.target.value === answer ? 'Right.' : 'No.';
    reason.hidden = false;
  });
}
for (const button of document.querySelectorAll('.copy')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent);
    button.textContent = 'copied';
    setTimeout(() => { button.textContent = 'copy'; }, 1500);
  });
}
