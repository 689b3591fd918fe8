"""Dialogs that look after the library: models, folders, copies, server, team."""
