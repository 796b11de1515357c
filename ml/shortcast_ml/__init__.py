"""What Shortcast computes: records, encoders, features, forecast, explanation, training.

Importing this package costs nothing: torch, LightGBM and the model files are loaded by the first
function that needs them.
"""
