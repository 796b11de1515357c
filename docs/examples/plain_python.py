"""The tools as plain functions: a record comes back, or a ShortcastError with one sentence is raised."""

from shortcast_ml.errors import ShortcastError
from shortcast_tools import compare_variants, forecast_views

forecast = forecast_views(title="I tried the 3-second latte trick", followers=12_000)
print(f"{forecast.views:,} views at 30 days, 80% interval {forecast.low:,} to {forecast.high:,}")

comparison = compare_variants(
    titles=["Cleaning my grinder", "I cleaned my grinder after 2 years"], followers=12_000
)
print(f"ahead: {comparison.best}" if comparison.decisive else "too close to tell")

try:
    forecast_views(title="Latte", video="gone.mp4")
except ShortcastError as error:
    print(error)
