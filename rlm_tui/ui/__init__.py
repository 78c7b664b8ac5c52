"""The Textual screen: an app, its screens and widgets, and a pure reducer from events to what is shown."""
