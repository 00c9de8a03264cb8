//! Accounts. Each change locks one row first: the last administrator must not be taken away by two at once.

use super::{Db, Result, Tx, parsed, read, write};
use crate::account::{Account, login_of};
use crate::clock::Timestamp;
use crate::id::AccountId;
use crate::viewer::{Role, Viewer};

/// An account with what is not shown of it.
pub struct Known {
    /// The account.
    pub account: Account,
    /// The hash of its password, in the PHC format.
    pub password: Option<String>,
}

/// What of an account is to change; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What they may do, with the organisation that goes with it.
    pub standing: Option<(Role, Option<String>)>,
    /// Whether nobody comes in with it.
    pub disabled: Option<bool>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is done; its sessions have ended.
    Done(Account),
    /// It would have left the house without an administrator who can come in.
    LastAdministrator,
    /// There is no such account.
    Nobody,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    role: String,
    organisation: Option<String>,
    password: Option<String>,
    subject: Option<String>,
    disabled_at: Option<i64>,
    created_at: i64,
    last_login_at: Option<i64>,
}

impl Row {
    fn known(self) -> Result<Known> {
        let account = Account {
            id: parsed("account", &self.id)?,
            name: self.name,
            role: parsed("account", &self.role)?,
            organisation: self.organisation,
            has_password: self.password.is_some(),
            federated: self.subject.is_some(),
            disabled_at: self.disabled_at.map(Timestamp),
            created_at: Timestamp(self.created_at),
            last_login_at: self.last_login_at.map(Timestamp),
        };
        Ok(Known { account, password: self.password })
    }
}

impl Db {
    /// An account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM accounts WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        Ok(row.map(Row::known).transpose()?.map(|known| known.account))
    }

    /// The account of this name, however it is spelled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_named(&self, name: &str) -> Result<Option<Known>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM accounts WHERE login = $1")
            .bind(login_of(name))
            .fetch_optional(c)
            .await)?;
        row.map(Row::known).transpose()
    }

    /// The account that an OpenID Connect provider calls `subject`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_of_subject(&self, issuer: &str, subject: &str) -> Result<Option<Account>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM accounts WHERE issuer = $1 AND subject = $2")
            .bind(issuer)
            .bind(subject)
            .fetch_optional(c)
            .await)?;
        Ok(row.map(Row::known).transpose()?.map(|known| known.account))
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows: Vec<Row> =
            read!(self, c => sqlx::query_as("SELECT * FROM accounts ORDER BY login").fetch_all(c).await)?;
        rows.into_iter().map(|row| row.known().map(|known| known.account)).collect()
    }

    /// Whether there is any account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_accounts(&self) -> Result<bool> {
        let (n,): (i64,) = read!(self, c => sqlx::query_as("SELECT COUNT(*) FROM accounts").fetch_one(c).await)?;
        Ok(n > 0)
    }
}

impl Tx {
    /// Locks the accounts until the commit. Returns how many there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_accounts(&mut self) -> Result<i64> {
        write!(self, c => sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'accounts'").execute(c).await.map(drop))?;
        let (n,): (i64,) = write!(self, c => sqlx::query_as("SELECT COUNT(*) FROM accounts").fetch_one(c).await)?;
        Ok(n)
    }

    /// The account that an OpenID Connect provider calls `subject`, as this unit of writing sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known_of_subject(&mut self, issuer: &str, subject: &str) -> Result<Option<Known>> {
        let row: Option<Row> = write!(self, c => sqlx::query_as("SELECT * FROM accounts WHERE issuer = $1 AND subject = $2")
            .bind(issuer)
            .bind(subject)
            .fetch_optional(c)
            .await)?;
        row.map(Row::known).transpose()
    }

    /// Makes an account, with the provider's issuer and subject when it comes in by OpenID Connect; `None` when the name
    /// is taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_account(
        &mut self,
        viewer: &Viewer,
        identity: Option<(&str, &str)>,
        now: Timestamp,
    ) -> Result<Option<AccountId>> {
        let id = AccountId::new();
        let done = write!(self, c => sqlx::query(include_str!("../../sql/accounts_put.sql"))
            .bind(id.to_string())
            .bind(viewer.name.trim())
            .bind(login_of(&viewer.name))
            .bind(viewer.role.as_str())
            .bind(&viewer.organisation)
            .bind(identity.map(|(issuer, _)| issuer))
            .bind(identity.map(|(_, subject)| subject))
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok((done == 1).then_some(id))
    }

    /// Changes an account and ends its sessions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_account(&mut self, id: AccountId, change: &Change, now: Timestamp) -> Result<Changed> {
        self.lock_accounts().await?;
        let Some(before) = self.account(id).await? else { return Ok(Changed::Nobody) };
        let mut after = before.clone();
        if let Some((role, organisation)) = &change.standing {
            (after.role, after.organisation) = (*role, organisation.clone());
        }
        if let Some(disabled) = change.disabled {
            after.disabled_at = disabled.then(|| before.disabled_at.unwrap_or(now));
        }
        let leads = |a: &Account| a.role == Role::Administrator && a.disabled_at.is_none();
        if leads(&before) && !leads(&after) && self.other_administrators(id).await? == 0 {
            return Ok(Changed::LastAdministrator);
        }
        write!(self, c => sqlx::query(include_str!("../../sql/accounts_change.sql"))
            .bind(id.to_string())
            .bind(after.role.as_str())
            .bind(&after.organisation)
            .bind(after.disabled_at.map(|t| t.0))
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        self.end_sessions(id, now).await?;
        Ok(Changed::Done(after))
    }

    /// Puts a pseudonym in the place of an account's name and takes away all that anybody could come in with: nobody does any
    /// more. What was signed and made with it stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pseudonymise(&mut self, id: AccountId, pseudonym: &str, now: Timestamp) -> Result<Changed> {
        let gone = Change { disabled: Some(true), ..Change::default() };
        let changed = self.change_account(id, &gone, now).await?;
        let Changed::Done(_) = changed else { return Ok(changed) };
        self.drop_links(Some(&id.to_string())).await?;
        self.forget_arrivals(id).await?;
        // Several accounts of one person are told apart by a number.
        for n in 1_u32.. {
            let name = if n == 1 { pseudonym.to_owned() } else { format!("{pseudonym}-{n}") };
            let done = write!(self, c => sqlx::query(include_str!("../../sql/accounts_pseudonymise.sql"))
                .bind(id.to_string())
                .bind(&name)
                .bind(login_of(&name))
                .bind(now.0)
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
            if done == 1 {
                break;
            }
        }
        Ok(self.account(id).await?.map_or(Changed::Nobody, Changed::Done))
    }

    /// Sets a password by its hash, and ends sessions and links of the account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(&mut self, id: AccountId, hash: &str, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE accounts SET password = $2, updated_at = $3 WHERE id = $1")
            .bind(id.to_string())
            .bind(hash)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        self.drop_links(Some(&id.to_string())).await?;
        self.end_sessions(id, now).await
    }

    /// Notes that somebody came in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn came_in(&mut self, id: AccountId, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE accounts SET last_login_at = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    async fn account(&mut self, id: AccountId) -> Result<Option<Account>> {
        let row: Option<Row> = write!(self, c => sqlx::query_as("SELECT * FROM accounts WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        Ok(row.map(Row::known).transpose()?.map(|known| known.account))
    }

    /// Enabled administrators beside this one who can come in: who never set a password cannot.
    async fn other_administrators(&mut self, than: AccountId) -> Result<i64> {
        let (n,): (i64,) = write!(self, c => sqlx::query_as(include_str!("../../sql/accounts_leading.sql"))
            .bind(than.to_string())
            .fetch_one(c)
            .await)?;
        Ok(n)
    }
}
