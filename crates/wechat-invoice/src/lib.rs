//! An SDK for WeChat's electronic-invoice interfaces.
