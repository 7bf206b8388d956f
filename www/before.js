// Runs before anything is painted: what stands in index.html is the default question's answer, and a link may ask another one; and a
// theme that was chosen earlier holds from the first moment.
{
  const root = document.documentElement;
  const look = () => {
    const own = document.querySelector("#still nav a")?.getAttribute("href");
    root.toggleAttribute("data-elsewhere", !["", "#", "#v1", own].includes(location.hash));
  };
  look();
  // Beside a lesson the bars above and below are not needed.
  root.toggleAttribute("data-embed", location.search.includes("embed"));
  addEventListener("hashchange", look);
  document.addEventListener("DOMContentLoaded", look);
  try {
    const theme = localStorage.getItem("boundscope-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system's theme.
  }
}
