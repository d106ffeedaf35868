//! Passwords, tokens and the secrets behind them. Knows neither database nor HTTP.

pub mod password;
pub mod secret;
pub mod token;
