"""The bundled newsroom: a small press landscape, written for this project and served over real HTTP on loopback."""
