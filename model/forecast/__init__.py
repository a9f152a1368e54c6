"""Forecasts of hourly series: the method chosen and the band measured on the series' own past."""
