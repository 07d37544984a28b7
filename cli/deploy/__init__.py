"""`groundwork deploy`, `destroy`, `synth`, and what is checked before and after."""
