# Regressions of R on its own data set Seatbelts, to which the project's are compared.
# Usage: Rscript tests/reference/regressions.R   (writes regressions.csv and studies/seat_belts/seatbelts.csv)
# Needs R with its base packages, and nlme, MASS and sandwich.
suppressMessages({library(nlme); library(MASS); library(sandwich)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
table <- data.frame(Seatbelts)
table$month <- factor(rep(1:12, 16))
table$time <- 0:191
write.csv(
  cbind(date = format(seq(as.Date("1969-01-01"), by = "month", length.out = 192), "%Y-%m"),
        format(data.frame(Seatbelts), digits = 15, trim = TRUE)),
  file.path(here, "..", "..", "studies", "seat_belts", "seatbelts.csv"), row.names = FALSE, quote = FALSE)

rows <- data.frame()
add <- function(model, software, ...) {
  found <- c(...)
  rows <<- rbind(rows, data.frame(model = model, quantity = names(found), value = found, software = software))
}
version <- function(package) paste0("R ", getRversion(), ", ", package, " ", packageVersion(package))
tight <- glm.control(epsilon = 1e-14, maxit = 200)
formula <- VanKilled ~ law + time + month + log(kms)

poisson <- glm(formula, poisson, table, control = tight)
add("poisson", version("stats"), coefficient = coef(poisson)[["law"]], error = sqrt(vcov(poisson)["law", "law"]),
    log_likelihood = c(logLik(poisson)), covariate = coef(poisson)[["log(kms)"]])
add("poisson HC3", version("sandwich"), error = sqrt(vcovHC(poisson, "HC3")["law", "law"]))
quasi <- glm(drivers ~ law + time + month + log(kms), quasipoisson, table, control = tight)
add("quasi-poisson", version("stats"), coefficient = coef(quasi)[["law"]], error = sqrt(vcov(quasi)["law", "law"]),
    dispersion = summary(quasi)$dispersion)
add("quasi-poisson HC3", version("sandwich"), error = sqrt(vcovHC(quasi, "HC3")["law", "law"]))
add("quasi-poisson Newey-West", version("sandwich"),
    error = sqrt(NeweyWest(quasi, lag = 4, prewhite = FALSE, adjust = TRUE)["law", "law"]))
binomial <- glm.nb(drivers ~ law + time + month + log(kms), table, control = glm.control(epsilon = 1e-10, maxit = 200))
add("negative binomial", version("MASS"), coefficient = coef(binomial)[["law"]], theta = binomial$theta,
    error = sqrt(vcov(binomial)["law", "law"]), log_likelihood = c(logLik(binomial)))

line <- log(drivers) ~ law + time + month + log(kms) + log(PetrolPrice)
ols <- lm(line, table)
add("ols", version("stats"), coefficient = coef(ols)[["law"]], error = sqrt(vcov(ols)["law", "law"]))
add("Newey-West", version("sandwich"),
    error = sqrt(NeweyWest(ols, lag = 4, prewhite = FALSE, adjust = TRUE)["law", "law"]))
exact <- glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 500)
reml <- gls(line, table, correlation = corAR1(), method = "REML", control = exact)
add("reml", version("nlme"), coefficient = coef(reml)[["law"]], error = sqrt(vcov(reml)["law", "law"]),
    autocorrelation = coef(reml$modelStruct$corStruct, unconstrained = FALSE)[[1]], log_likelihood = c(logLik(reml)))

regressors <- cbind(Seatbelts[, "law"], log(Seatbelts[, "kms"]), log(Seatbelts[, "PetrolPrice"]))
colnames(regressors) <- c("law", "kms", "petrol")
for (series in c("drivers", "front", "rear")) {
  fit <- arima(log(Seatbelts[, series]), c(1, 0, 0), list(order = c(1, 0, 0)), xreg = regressors,
               method = "ML", optim.control = list(reltol = 1e-14, maxit = 2000))
  add(paste("arima", series), version("stats"), coefficient = coef(fit)[["law"]], ar = coef(fit)[["ar1"]],
      seasonal = coef(fit)[["sar1"]], variance = fit$sigma2, log_likelihood = fit$loglik,
      error = sqrt(vcov(fit)["law", "law"]))
}
rows$value <- sprintf("%.12g", rows$value)
write.csv(rows, file.path(here, "regressions.csv"), row.names = FALSE)
