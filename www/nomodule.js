// Only browsers without JavaScript modules run this file.
document.getElementById("boot").textContent =
  "Boundscope needs a browser that runs JavaScript modules and WebAssembly: a current version of Firefox, Chrome, Edge or Safari.";
