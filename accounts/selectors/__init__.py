"""Reads about people, connections and consent; each takes the organization or the viewer first."""
