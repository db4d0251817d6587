//! Everything the sandbox knows, in memory behind one lock with short sections; each change goes
//! to the journal as it is made.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use crate::calls::CallRecord;
use crate::config::{AccountConfig, SandboxConfig, Settings};
use crate::faults::Fault;
use crate::ids::{invoice_key, make_s_pappid};
use crate::journal::{self, Journal, Line, Writer};
use crate::model::{
    Account, Buyer, Card, Credential, InvoiceData, Logo, Media, Meta, Order, OrderState, Push, Row,
    Template, UnifiedRequest,
};
use crate::pay::Payment;
use crate::table::Table;

/// Calls kept for the console and for `rid/get`.
const CALLS_KEPT: usize = 2000;

/// The sandbox's memory.
pub(crate) struct World {
    pub(crate) journal: Journal,
    pub(crate) settings: Arc<Settings>,
    pub(crate) meta: Meta,
    pub(crate) accounts: Table<Account>,
    pub(crate) credentials: Table<Credential>,
    pub(crate) orders: Table<Order>,
    pub(crate) templates: Table<Template>,
    pub(crate) media: Table<Media>,
    pub(crate) logos: Table<Logo>,
    pub(crate) cards: Table<Card>,
    pub(crate) pushes: Table<Push>,
    pub(crate) buyers: Table<Buyer>,
    pub(crate) unified: Table<UnifiedRequest>,
    pub(crate) payments: Table<Payment>,
    /// Keys of the pay side by merchant number; from the configuration only.
    pub(crate) pay_keys: HashMap<String, String>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) next_fault: u64,
    pub(crate) calls: VecDeque<CallRecord>,
    pub(crate) call_count: u64,
    pub(crate) quota: crate::quota::Quota,
    next_push: u64,
    orders_by_id: HashMap<String, Vec<String>>,
    platform_of: HashMap<String, String>,
    card_of_invoice: HashMap<String, String>,
}

impl World {
    /// An empty world, or the one of the state file, with the configured accounts.
    pub(crate) fn open(config: &SandboxConfig) -> std::io::Result<(Self, Option<Writer>)> {
        let mut world = Self::empty(Settings::clone(&config.settings));
        let keys = config.pay_merchants.iter();
        world.pay_keys = keys.map(|it| (it.mchid.clone(), it.key.clone())).collect();
        let Some(path) = &config.state_file else {
            world.begin(&config.accounts);
            return Ok((world, None));
        };
        world.take_back(journal::read_lines(path)?);
        world.begin(&config.accounts);
        let writer = world.attach(path)?;
        Ok((world, Some(writer)))
    }

    fn empty(settings: Settings) -> Self {
        let meta = Meta {
            salt: hex::encode(rand::random::<[u8; 16]>()),
            clock_ahead_secs: 0,
            settings: None,
        };
        Self {
            journal: Journal::default(),
            settings: Arc::new(settings),
            meta,
            accounts: Table::default(),
            credentials: Table::default(),
            orders: Table::default(),
            templates: Table::default(),
            media: Table::default(),
            logos: Table::default(),
            cards: Table::default(),
            pushes: Table::default(),
            buyers: Table::default(),
            unified: Table::default(),
            payments: Table::default(),
            pay_keys: HashMap::new(),
            faults: Vec::new(),
            next_fault: 1,
            calls: VecDeque::new(),
            call_count: 0,
            quota: crate::quota::Quota::default(),
            next_push: 1,
            orders_by_id: HashMap::new(),
            platform_of: HashMap::new(),
            card_of_invoice: HashMap::new(),
        }
    }

    fn take_back(&mut self, lines: Vec<Line>) {
        for line in lines {
            let kept = match line.k.as_str() {
                Account::KIND => self.accounts.take_back(line.v),
                Credential::KIND => self.credentials.take_back(line.v),
                Order::KIND => self.orders.take_back(line.v),
                Template::KIND => self.templates.take_back(line.v),
                Media::KIND => self.media.take_back(line.v),
                Logo::KIND => self.logos.take_back(line.v),
                Card::KIND => self.cards.take_back(line.v),
                Push::KIND => self.pushes.take_back(line.v),
                Buyer::KIND => self.buyers.take_back(line.v),
                Payment::KIND => self.payments.take_back(line.v),
                UnifiedRequest::KIND => self.unified.take_back(line.v),
                Meta::KIND => serde_json::from_value(line.v).map(|meta| self.meta = meta),
                other => {
                    tracing::warn!("Left out a line of unknown kind {other} of the state file");
                    Ok(())
                }
            };
            if let Err(why) = kept {
                tracing::warn!(
                    "Left out a line of kind {} of the state file: {why}",
                    line.k
                );
            }
        }
        if let Some(settings) = &self.meta.settings {
            self.settings = Arc::new(settings.clone());
        }
        self.next_push = self
            .pushes
            .iter()
            .map(|push| push.id + 1)
            .max()
            .unwrap_or(1);
        for order in self.orders.rows.values() {
            self.orders_by_id
                .entry(order.order_id.clone())
                .or_default()
                .push(order.key());
        }
        for card in self.cards.rows.values() {
            self.card_of_invoice
                .insert(invoice_key(&card.data, card.fiscal), card.code.clone());
        }
    }

    /// Accounts of the configuration and the phones everybody has.
    fn begin(&mut self, accounts: &[AccountConfig]) {
        for config in accounts {
            self.save_account_config(config.clone());
        }
        let known: Vec<Account> = self.accounts.iter().cloned().collect();
        for account in known {
            if let Some(s_pappid) = account.s_pappid {
                self.platform_of.insert(s_pappid, account.config.appid);
            }
        }
        for (id, name, company, tax_no) in [
            (
                "xiaoming",
                "王小明",
                "深圳市示例贸易有限公司",
                "91440300MA5DEM004J",
            ),
            (
                "lihua",
                "李华",
                "北京样例科技有限公司",
                "91110108MA00DEM06X",
            ),
            (
                "chenjing",
                "陈静",
                "上海演示餐饮管理有限公司",
                "91310115MA1KDEM06N",
            ),
        ] {
            if self.buyers.get(id).is_none() {
                self.save_buyer(Buyer {
                    id: id.to_owned(),
                    name: name.to_owned(),
                    person_title: name.to_owned(),
                    company_title: company.to_owned(),
                    company_tax_no: tax_no.to_owned(),
                });
            }
        }
    }

    fn attach(&mut self, path: &Path) -> std::io::Result<Writer> {
        let mut lines = vec![journal::line_of(&self.meta)];
        self.accounts.lines(&mut lines);
        self.credentials.lines(&mut lines);
        self.orders.lines(&mut lines);
        self.templates.lines(&mut lines);
        self.media.lines(&mut lines);
        self.logos.lines(&mut lines);
        self.cards.lines(&mut lines);
        self.pushes.lines(&mut lines);
        self.buyers.lines(&mut lines);
        self.unified.lines(&mut lines);
        self.payments.lines(&mut lines);
        let (journal, writer) = journal::open(path, &lines)?;
        self.journal = journal;
        Ok(writer)
    }

    /// Forgets orders, cards, files, pushes, calls and faults; accounts stay with their
    /// configuration but lose what was set through the API.
    pub(crate) fn reset(&mut self) {
        let accounts: Vec<AccountConfig> = self
            .accounts
            .iter()
            .map(|account| account.config.clone())
            .collect();
        let next_push = self.next_push;
        let mut fresh = Self::empty(Settings::clone(&self.settings));
        fresh.journal = self.journal.clone();
        fresh.meta = Meta {
            clock_ahead_secs: 0,
            ..self.meta.clone()
        };
        // Numbers go on, so that a push on its way never meets another one's row.
        fresh.next_push = next_push;
        fresh.pay_keys = std::mem::take(&mut self.pay_keys);
        fresh.journal.truncate();
        fresh.journal.put(&fresh.meta);
        *self = fresh;
        self.begin(&accounts);
    }

    /// Creates or changes an account by its configuration.
    pub(crate) fn save_account_config(&mut self, mut config: AccountConfig) {
        if config.original_id.is_empty() {
            config.original_id = format!("gh_{}", &self.digest(&["gh", &config.appid])[..12]);
        }
        let s_pappid = config.platform.then(|| {
            config
                .s_pappid
                .clone()
                .unwrap_or_else(|| make_s_pappid(&config.appid))
        });
        let old = self.accounts.get(&config.appid).cloned();
        if let Some(gone) = old.as_ref().and_then(|account| account.s_pappid.as_ref()) {
            self.platform_of.remove(gone);
        }
        if let Some(s_pappid) = &s_pappid {
            self.platform_of
                .insert(s_pappid.clone(), config.appid.clone());
        }
        let account = match old {
            Some(old) => Account {
                config,
                s_pappid,
                ..old
            },
            None => Account {
                config,
                s_pappid,
                contact: None,
                auth_field: None,
                pay_mch: None,
                test_openids: Vec::new(),
                test_usernames: Vec::new(),
            },
        };
        self.save_account(account);
    }

    /// Gives an account that was configured as a platform its permission, or takes it back.
    pub(crate) fn grant_platform(&mut self, appid: &str, granted: bool) -> Option<&Account> {
        let mut account = self.accounts.get(appid).cloned()?;
        if !account.config.platform {
            return None;
        }
        let id = account.config.s_pappid.clone();
        account.s_pappid = granted.then(|| id.unwrap_or_else(|| make_s_pappid(appid)));
        self.save_account(account);
        self.accounts.get(appid)
    }

    pub(crate) fn save_account(&mut self, account: Account) {
        self.accounts.put(&self.journal, account);
    }

    pub(crate) fn save_credential(&mut self, credential: Credential) {
        self.credentials.put(&self.journal, credential);
    }

    /// Drops credentials that have been dead for a day.
    pub(crate) fn forget_dead_credentials(&mut self, now: i64) {
        self.credentials
            .rows
            .retain(|_, credential| now < credential.dead_at + 86_400);
    }

    pub(crate) fn save_order(&mut self, order: Order) {
        let key = order.key();
        if self.orders.get(&key).is_none() {
            self.orders_by_id
                .entry(order.order_id.clone())
                .or_default()
                .push(key);
        }
        self.orders.put(&self.journal, order);
    }

    /// Marks that an insert runs or has ended; not a fact to be written down.
    pub(crate) fn set_inserting(&mut self, key: &str, inserting: bool) {
        if let Some(order) = self.orders.rows.get_mut(key) {
            order.inserting = inserting;
        }
    }

    pub(crate) fn save_template(&mut self, template: Template) {
        self.templates.put(&self.journal, template);
    }

    pub(crate) fn save_media(&mut self, media: Media) {
        self.media.put(&self.journal, media);
    }

    pub(crate) fn save_logo(&mut self, logo: Logo) {
        self.logos.put(&self.journal, logo);
    }

    pub(crate) fn save_buyer(&mut self, buyer: Buyer) {
        self.buyers.put(&self.journal, buyer);
    }

    pub(crate) fn save_card(&mut self, card: Card) {
        self.card_of_invoice
            .insert(invoice_key(&card.data, card.fiscal), card.code.clone());
        self.cards.put(&self.journal, card);
    }

    pub(crate) fn save_push(&mut self, push: Push) {
        self.pushes.put(&self.journal, push);
    }

    pub(crate) fn save_unified(&mut self, request: UnifiedRequest) {
        self.unified.put(&self.journal, request);
    }

    pub(crate) fn save_payment(&mut self, payment: Payment) {
        self.payments.put(&self.journal, payment);
    }

    pub(crate) fn save_meta(&mut self) {
        self.journal.put(&self.meta);
    }

    pub(crate) fn take_push_id(&mut self) -> u64 {
        let id = self.next_push;
        self.next_push += 1;
        id
    }

    pub(crate) fn note_call(&mut self, call: CallRecord) {
        self.call_count += 1;
        if self.calls.len() == CALLS_KEPT {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    /// The orders of every account that carry this order id.
    pub(crate) fn orders_named(&self, order_id: &str) -> Vec<&Order> {
        self.orders_by_id
            .get(order_id)
            .map(|keys| keys.iter().filter_map(|key| self.orders.get(key)).collect())
            .unwrap_or_default()
    }

    /// The account that owns an `s_pappid`.
    pub(crate) fn platform(&self, s_pappid: &str) -> Option<&Account> {
        self.accounts.get(self.platform_of.get(s_pappid)?)
    }

    /// The card that already holds this invoice.
    pub(crate) fn card_of_invoice(&self, data: &InvoiceData, fiscal: bool) -> Option<&Card> {
        self.cards
            .get(self.card_of_invoice.get(&invoice_key(data, fiscal))?)
    }

    /// Orders by state, for the console.
    pub(crate) fn order_count(&self, state: OrderState) -> usize {
        self.orders
            .iter()
            .filter(|order| order.state == state)
            .count()
    }
}
