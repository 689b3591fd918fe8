"""What an SVG drawing says, made so that resvg draws it as a browser would."""
